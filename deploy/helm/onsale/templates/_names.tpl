{{- define "onsale.labels" -}}
app.kubernetes.io/name: onsale
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "onsale.selector" -}}
app.kubernetes.io/name: onsale
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- /* The module that a service is started by. */ -}}
{{- define "onsale.module" -}}
{{- if eq . "edge" }}edge{{ else }}{{ . }}_svc{{ end }}
{{- end }}
