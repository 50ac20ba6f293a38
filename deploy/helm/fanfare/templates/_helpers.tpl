{{- define "fanfare.name" -}}
{{- if contains "fanfare" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-fanfare" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "fanfare.labels" -}}
app.kubernetes.io/name: fanfare
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* With (dict "root" $ "role" "router") */}}
{{- define "fanfare.selector" -}}
app.kubernetes.io/name: fanfare
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{/* The settings file: what is in values, and where mounts are. */}}
{{- define "fanfare.settings" -}}
{{- $kafka := merge (dict "bootstrap.servers" (required "kafka.bootstrapServers: say where Kafka is, such as kafka-kafka-bootstrap.kafka:9093" .Values.kafka.bootstrapServers)) .Values.kafka.properties }}
{{- $ours := dict "kafka" $kafka "http" (dict "host" "0.0.0.0" "port" 8080) "secrets" (dict "keyset-file" (printf "/etc/fanfare/keyset/%s" .Values.secrets.keyset.key)) "router" (dict "state-dir" "/var/lib/fanfare") "control" (dict "state-dir" "/var/lib/fanfare") }}
{{- mergeOverwrite $ours (deepCopy .Values.settings) | toYaml }}
{{- end }}

{{/* The pod of a role. With (dict "root" $ "role" "router" "command" (list "router")) */}}
{{- define "fanfare.pod" -}}
{{- $root := .root }}{{ $v := .root.Values }}{{ $role := .role }}
{{- $own := index $v $role | default dict }}
{{- $public := has $role (list "ingest" "control") }}
serviceAccountName: {{ include "fanfare.name" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
{{- with $v.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- if and $v.topologySpread.enabled (not .once) }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ $v.topologySpread.topologyKey }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "fanfare.selector" (dict "root" $root "role" $role) | nindent 8 }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "fanfare.selector" (dict "root" $root "role" $role) | nindent 8 }}
{{- end }}
{{- with $own.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: {{ $role }}
    image: {{ printf "%s:%s" $v.image.repository ($v.image.tag | default $root.Chart.AppVersion) | quote }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args: {{ concat .command (list "--config" "/etc/fanfare/settings/fanfare.yaml") | toJson }}
    env:
      # Stays the same over a restart, so that a successor ends at once what its predecessor left open.
      - name: FANFARE_PROCESS_INSTANCE_ID
        valueFrom: { fieldRef: { fieldPath: metadata.name } }
      - name: JDK_JAVA_OPTIONS
        value: {{ $own.javaOptions | default $v.javaOptions | quote }}
      {{- if not .once }}
      - name: FANFARE_ACCESS_KEY
        valueFrom: { secretKeyRef: { name: {{ $v.secrets.accessKey.name }}, key: {{ $v.secrets.accessKey.key }} } }
      {{- end }}
      {{- with $v.kafka.userSecret }}
      - name: FANFARE_KAFKA_SASL_JAAS_CONFIG
        valueFrom: { secretKeyRef: { name: {{ replace "{role}" $role . }}, key: {{ $v.kafka.userSecretKey }} } }
      {{- end }}
      {{- with $own.env }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- if not .once }}
    ports:
      - { name: http, containerPort: 8080, protocol: TCP }
    # Reading subscriptions and stores may take minutes.
    startupProbe: { httpGet: { path: /health/live, port: http }, periodSeconds: 2, failureThreshold: 150 }
    livenessProbe: { httpGet: { path: /health/live, port: http }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }
    readinessProbe: { httpGet: { path: /health/ready, port: http }, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 }
    {{- if and $public (gt (int $v.preStopSleepSeconds) 0) }}
    lifecycle: { preStop: { sleep: { seconds: {{ $v.preStopSleepSeconds }} } } }
    {{- end }}
    {{- end }}
    {{- with $own.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
    volumeMounts:
      - { name: settings, mountPath: /etc/fanfare/settings, readOnly: true }
      - { name: tmp, mountPath: /tmp }
      {{- if has $role (list "control" "dispatcher") }}
      - { name: keyset, mountPath: /etc/fanfare/keyset, readOnly: true }
      {{- end }}
      {{- if has $role (list "control" "router") }}
      - { name: state, mountPath: /var/lib/fanfare }
      {{- end }}
      {{- if $v.kafka.caSecret }}
      - { name: kafka-ca, mountPath: /etc/fanfare/kafka-ca, readOnly: true }
      {{- end }}
volumes:
  - name: settings
    configMap: { name: {{ include "fanfare.name" $root }} }
  - name: tmp
    emptyDir: {}
  {{- if has $role (list "control" "dispatcher") }}
  - name: keyset
    secret: { secretName: {{ $v.secrets.keyset.name }}, defaultMode: 0440 }
  {{- end }}
  {{- if and (has $role (list "control" "router")) (not (dig "storage" "enabled" false $own)) }}
  - name: state
    emptyDir: {}
  {{- end }}
  {{- if $v.kafka.caSecret }}
  - name: kafka-ca
    secret: { secretName: {{ $v.kafka.caSecret }} }
  {{- end }}
{{- end }}
