{{- define "sluice.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "sluice.selectorLabels" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "sluice.labels" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "sluice.serviceAccount" -}}
{{- default (include "sluice.fullname" .) .Values.serviceAccount.name }}
{{- end }}

{{- define "sluice.image" -}}
{{- with .Values.image -}}
{{- $version := ternary (printf "@%s" .digest) (printf ":%s" (default $.Chart.AppVersion .tag)) (ne .digest "") -}}
{{- with .registry }}{{ . }}/{{ end }}{{ .repository }}{{ $version }}
{{- end }}
{{- end }}

{{- /* "true" if annotations tell Prometheus to scrape the pods. Not with PodMonitors: every pod would be scraped twice. */ -}}
{{- define "sluice.scrapeAnnotations" -}}
{{- with .Values.metrics }}{{ if and .annotations (not .podMonitor.enabled) }}true{{ end }}{{ end }}
{{- end }}

{{- /* The environment that the controller and the check of helm test share. */ -}}
{{- define "sluice.placeEnv" -}}
- { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
- { name: SLUICE_NAMESPACES, value: {{ join "," .Values.watch.namespaces | quote }} }
- { name: SLUICE_LEASE, value: {{ include "sluice.fullname" . }} }
{{- end }}

{{- /* The security contexts of a pod and a container under the restricted Pod Security Standard. */ -}}
{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
seccompProfile: { type: RuntimeDefault }
{{- end }}
{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
