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

{{- /* "true" where the pods say by annotations where their metrics are; a PodMonitor says it better, and both would be twice. */ -}}
{{- define "sluice.scrapeAnnotations" -}}
{{- with .Values.metrics }}{{ if and .annotations (not .podMonitor.enabled) }}true{{ end }}{{ end }}
{{- end }}

{{- /* Where to reach whom, for the controller and for the check that helm test runs. */ -}}
{{- define "sluice.placeEnv" -}}
- { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
- { name: SLUICE_NAMESPACES, value: {{ join "," .Values.watch.namespaces | quote }} }
- { name: SLUICE_LEASE, value: {{ include "sluice.fullname" . }} }
{{- end }}

{{- /* What the restricted Pod Security Standard asks of a pod, and of a container. */ -}}
{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
seccompProfile: { type: RuntimeDefault }
{{- end }}
{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
