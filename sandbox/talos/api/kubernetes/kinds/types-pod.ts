/** Types of pods, and of what they are made of. */
import type { Notation } from "./notation.ts";

/** By name. */
export const POD_TYPES: Readonly<Record<string, Notation>> = {
  PodTemplateSpec: ["What pods are made from.", "metadata:ObjectMeta spec:PodSpec"],
  PodSpec: [
    "The containers of a pod, and where and how they run.",
    `containers!:Container[name] initContainers:Container[name] ephemeralContainers:any[name] volumes:Volume[name]
     nodeName nodeSelector:string{} affinity:Affinity tolerations:Toleration[] topologySpreadConstraints:TopologySpreadConstraint[topologyKey,whenUnsatisfiable]
     schedulerName schedulingGates:LocalObjectReference[name] priority:int priorityClassName preemptionPolicy
     restartPolicy terminationGracePeriodSeconds:int activeDeadlineSeconds:int
     serviceAccountName serviceAccount automountServiceAccountToken:bool
     hostNetwork:bool hostPID:bool hostIPC:bool hostUsers:bool shareProcessNamespace:bool hostname hostnameOverride subdomain setHostnameAsFQDN:bool
     dnsPolicy dnsConfig:any hostAliases:HostAlias[ip] imagePullSecrets:LocalObjectReference[name]
     securityContext:PodSecurityContext enableServiceLinks:bool readinessGates:any[] runtimeClassName overhead:quantity{} os:any
     resources:ResourceRequirements resourceClaims:any[name]`,
  ],
  Container: [
    "A container of a pod.",
    `name! image imagePullPolicy command:string[] args:string[] workingDir
     env:EnvVar[name] envFrom:EnvFromSource[] ports:ContainerPort[containerPort,protocol]
     resources:ResourceRequirements resizePolicy:any[] restartPolicy volumeMounts:VolumeMount[mountPath] volumeDevices:any[devicePath]
     livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle securityContext:SecurityContext
     terminationMessagePath terminationMessagePolicy stdin:bool stdinOnce:bool tty:bool`,
  ],
  EnvVar: ["A variable of the environment.", "name! value valueFrom:EnvVarSource"],
  EnvVarSource: [
    "Where a variable has its value from.",
    "configMapKeyRef:KeySelector secretKeyRef:KeySelector fieldRef:FieldSelector resourceFieldRef:ResourceSelector fileKeyRef:any",
  ],
  FieldSelector: ["A field of the pod.", "apiVersion fieldPath!"],
  ResourceSelector: ["A resource of a container.", "containerName resource! divisor:quantity"],
  KeySelector: ["A key of a ConfigMap or Secret.", "name key! optional:bool"],
  EnvFromSource: [
    "Where variables have their values from.",
    "prefix configMapRef:OptionalReference secretRef:OptionalReference",
  ],
  OptionalReference: ["An object of the same namespace that may be missing.", "name optional:bool"],
  ContainerPort: ["A port that a container listens on.", "containerPort!:int name protocol hostPort:int hostIP"],
  ResourceRequirements: [
    "What a container is promised (requests) and what it may use (limits).",
    "requests:quantity{} limits:quantity{} claims:any[name]",
  ],
  VolumeMount: [
    "Where a volume is in a container.",
    "name! mountPath! subPath subPathExpr readOnly:bool recursiveReadOnly mountPropagation",
  ],
  Probe: [
    "How a container is asked whether it is well.",
    `httpGet:HttpGet tcpSocket:TcpSocket exec:Exec grpc:Grpc initialDelaySeconds:int timeoutSeconds:int periodSeconds:int successThreshold:int
     failureThreshold:int terminationGracePeriodSeconds:int`,
  ],
  HttpGet: ["A request to the container.", "path port!:intstr host scheme httpHeaders:HttpHeader[]"],
  HttpHeader: ["A header of a request.", "name! value!"],
  TcpSocket: ["A connection to the container.", "port!:intstr host"],
  Exec: ["A program in the container.", "command:string[]"],
  Grpc: ["A call of the container's health service.", "port!:int service"],
  Lifecycle: [
    "What is done when a container starts and before it ends.",
    "postStart:Handler preStop:Handler stopSignal",
  ],
  Handler: ["What is done.", "exec:Exec httpGet:HttpGet tcpSocket:TcpSocket sleep:any"],
  SecurityContext: [
    "With which rights a container runs.",
    `allowPrivilegeEscalation:bool appArmorProfile:any capabilities:Capabilities privileged:bool procMount readOnlyRootFilesystem:bool
     runAsGroup:int runAsNonRoot:bool runAsUser:int seLinuxOptions:any seccompProfile:SeccompProfile windowsOptions:any`,
  ],
  Capabilities: ["Rights of root, one by one.", "add:string[] drop:string[]"],
  SeccompProfile: ["Which system calls are let through.", "type! localhostProfile"],
  PodSecurityContext: [
    "With which rights all containers of a pod run.",
    `appArmorProfile:any fsGroup:int fsGroupChangePolicy runAsGroup:int runAsNonRoot:bool runAsUser:int seLinuxChangePolicy
     seLinuxOptions:any seccompProfile:SeccompProfile supplementalGroups:int[] supplementalGroupsPolicy sysctls:Sysctl[] windowsOptions:any`,
  ],
  Sysctl: ["A setting of the kernel.", "name! value!"],
  ConfigMapVolume: ["The keys of a ConfigMap as files.", "name optional:bool defaultMode:int items:KeyToPath[]"],
  SecretVolume: ["The keys of a Secret as files.", "secretName optional:bool defaultMode:int items:KeyToPath[]"],
  KeyToPath: ["A key as a file.", "key! path! mode:int"],
  EmptyDir: ["A folder that is gone with the pod.", "medium sizeLimit:quantity"],
  HostPath: ["A folder or file of the node.", "path! type"],
  Nfs: ["A folder of a server.", "server! path! readOnly:bool"],
  Projected: ["Several sources in one folder.", "defaultMode:int sources:any[]"],
  Volume: [
    "Files that containers of a pod can have.",
    `name! emptyDir:EmptyDir hostPath:HostPath configMap:ConfigMapVolume secret:SecretVolume persistentVolumeClaim:ClaimSource
     projected:Projected downwardAPI:any nfs:Nfs csi:any ephemeral:any iscsi:any image:any rbd:any cephfs:any fc:any glusterfs:any awsElasticBlockStore:any
     azureDisk:any azureFile:any gcePersistentDisk:any gitRepo:any cinder:any vsphereVolume:any portworxVolume:any quobyte:any
     scaleIO:any storageos:any flexVolume:any flocker:any photonPersistentDisk:any`,
  ],
  ClaimSource: ["A PersistentVolumeClaim of the same namespace.", "claimName! readOnly:bool"],
  Toleration: ["A taint that a pod bears.", "key operator value effect tolerationSeconds:int"],
  Affinity: [
    "Which nodes a pod is drawn to, and next to which pods.",
    "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAffinity",
  ],
  PodAffinity: [
    "Next to which pods, or away from which.",
    `requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]
     preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[]`,
  ],
  PodAffinityTerm: [
    "Pods, and what counts as one place.",
    `labelSelector:LabelSelector topologyKey! namespaces:string[] namespaceSelector:LabelSelector matchLabelKeys:string[]
     mismatchLabelKeys:string[]`,
  ],
  WeightedPodAffinityTerm: ["Such a term, and how much it counts.", "weight!:int podAffinityTerm!:PodAffinityTerm"],
  PreferredTerm: ["Nodes, and how much they are preferred.", "weight!:int preference!:NodeSelectorTerm"],
  NodeAffinity: [
    "Which nodes a pod is drawn to.",
    "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector preferredDuringSchedulingIgnoredDuringExecution:PreferredTerm[]",
  ],
  NodeSelector: ["Nodes that fit one of the terms.", "nodeSelectorTerms!:NodeSelectorTerm[]"],
  NodeSelectorTerm: [
    "Labels and fields of a node.",
    "matchExpressions:LabelSelectorRequirement[] matchFields:LabelSelectorRequirement[]",
  ],
  TopologySpreadConstraint: [
    "How evenly pods are spread.",
    `maxSkew!:int topologyKey! whenUnsatisfiable! labelSelector:LabelSelector minDomains:int nodeAffinityPolicy nodeTaintsPolicy
     matchLabelKeys:string[]`,
  ],
  HostAlias: ["Names of an address.", "ip! hostnames:string[]"],
  PodStatus: [
    "What a pod does.",
    `phase conditions:Condition[type] message reason hostIP hostIPs:any[ip] podIP podIPs:any[ip] startTime:time nominatedNodeName
     containerStatuses:any[name] initContainerStatuses:any[name] ephemeralContainerStatuses:any[name] qosClass resize
     observedGeneration:int resourceClaimStatuses:any[name]`,
  ],
};
