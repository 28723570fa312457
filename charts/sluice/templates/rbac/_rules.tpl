{{- /* The controller's rights in the namespaces that it watches. docs/kubernetes-reference.md explains each line. */ -}}
{{- define "sluice.rules" -}}
- { apiGroups: [sluice.dev], resources: [cronsweeps], verbs: [get, list, watch] }
- { apiGroups: [sluice.dev], resources: [cronsweeps/status], verbs: [update] }
- { apiGroups: [sluice.dev], resources: [sweeps], verbs: [get, list, watch, create, delete] }
- { apiGroups: [sluice.dev], resources: [sweeps/status], verbs: [update] }
- { apiGroups: [batch], resources: [jobs], verbs: [get, list, watch, create, delete] }
- { apiGroups: [""], resources: [pods], verbs: [list, watch] }
- { apiGroups: [""], resources: [events], verbs: [list, create] }
{{- end }}
