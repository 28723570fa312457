{{- /* The text of each word in double angle brackets of alerts/*.yaml: the chart's own words, and each threshold as <<group.name>>. */ -}}
{{- define "sluice.alertWords" -}}
{{- $controller := include "sluice.controllerSeries" . -}}
controller: {{ $controller | quote }}
workers: {{ with .Values.watch.namespaces }}{{ printf "sweep_namespace=~\"%s\"" (join "|" .) | quote }}{{ else }}""{{ end }}
sweep: dataset, sweep_namespace, sweep
cronsweep: dataset, sweep_namespace, cronsweep
window: {{ printf "max by (dataset, sweep_namespace, sweep, window) (sluice_sweep_info{%s})" $controller | quote }}
windowLate.hoursOf: {{ include "sluice.hoursOfDatasets" . | quote }}
{{- range $group, $values := .Values.alerts }}
{{- if kindIs "map" $values }}
{{- range $name, $value := $values }}
{{- if not (or (kindIs "map" $value) (kindIs "slice" $value)) }}
{{ $group }}.{{ $name }}: {{ include "sluice.alertNumber" $value | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* For datasets with hours of their own. It comes first, so that `or` drops the general rule for them. */ -}}
{{- define "sluice.hoursOfDatasets" -}}
{{- $controller := include "sluice.controllerSeries" . -}}
{{- range $dataset, $hours := .Values.alerts.windowLate.hoursOf -}}
max by (dataset, sweep_namespace, cronsweep) (sluice_window_seconds{{ printf "{%s,dataset=%q}" $controller $dataset }}) + {{ $hours }} * 3600 or {{ end -}}
{{- end }}

{{- define "sluice.controllerSeries" -}}
{{- default (printf "namespace=%q,pod=~\"%s-[a-z0-9]+(-[a-z0-9]+)?\"" .Release.Namespace (include "sluice.fullname" .)) .Values.alerts.selector -}}
{{- end }}

{{- /* Helm keeps every number as a float, and would print a large one as 1e+11. */ -}}
{{- define "sluice.alertNumber" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{- /* The rules of one file, with this release's values. */ -}}
{{- define "sluice.alertRules" -}}
{{- $alerts := .root.Values.alerts -}}
{{- $text := .text -}}
{{- range $word, $is := include "sluice.alertWords" .root | fromYaml }}
{{- $text = replace (printf "<<%s>>" $word) $is $text }}
{{- end }}
{{- $off := $alerts.disabled -}}
{{- if not $alerts.database.diskBytes }}{{ $off = concat $off (list "SluiceDatabaseNearlyFull" "SluiceDatabaseFilling") }}{{ end -}}
{{- $rules := list -}}
{{- range fromYamlArray $text }}
{{- if not (has .alert $off) }}
{{- $severity := default .labels.severity (get $alerts.severities .alert) -}}
{{- $_ := set . "labels" (merge (dict "severity" $severity) $alerts.alertLabels) -}}
{{- $_ := set .annotations "runbook_url" (printf "%s/%s.md" (trimSuffix "/" $alerts.runbookUrl) .alert) -}}
{{- $rules = append $rules . }}
{{- end }}
{{- end }}
{{- if $rules }}{{ toYaml $rules }}{{ end }}
{{- end }}
