{{- /*
Whether to render the definition `.name`. One that exists, belongs to another release, and has exactly this schema is used as it is:
helm would refuse to change it. One with another schema is rendered, so that helm's error names its owner; --take-ownership then
makes it this release's.
*/ -}}
{{- define "sluice.crd.wanted" -}}
{{- $live := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name | default dict -}}
{{- $notes := dig "metadata" "annotations" dict $live -}}
{{- $ours := and (eq (get $notes "meta.helm.sh/release-name") .Release.Name) (eq (get $notes "meta.helm.sh/release-namespace") .Release.Namespace) -}}
{{- $same := eq (get $notes "sluice.dev/schema") .schema -}}
{{- and .Values.crds.enabled (or (empty $live) $ours (not $same)) -}}
{{- end }}

{{- define "sluice.crd.annotations" -}}
sluice.dev/schema: {{ .schema | quote }}
{{- if .Values.crds.keep }}
helm.sh/resource-policy: keep
argocd.argoproj.io/sync-options: Prune=false
kustomize.toolkit.fluxcd.io/prune: disabled
{{- end }}
{{- end }}
