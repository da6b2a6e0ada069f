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
     securityContext:any enableServiceLinks:bool readinessGates:any[] runtimeClassName overhead:quantity{} os:any
     resources:ResourceRequirements resourceClaims:any[name]`,
  ],
  Container: [
    "A container of a pod.",
    `name! image imagePullPolicy command:string[] args:string[] workingDir
     env:EnvVar[name] envFrom:EnvFromSource[] ports:ContainerPort[containerPort,protocol]
     resources:ResourceRequirements resizePolicy:any[] restartPolicy volumeMounts:VolumeMount[mountPath] volumeDevices:any[devicePath]
     livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:any securityContext:any
     terminationMessagePath terminationMessagePolicy stdin:bool stdinOnce:bool tty:bool`,
  ],
  EnvVar: ["A variable of the environment.", "name! value valueFrom:EnvVarSource"],
  EnvVarSource: [
    "Where a variable has its value from.",
    "configMapKeyRef:KeySelector secretKeyRef:KeySelector fieldRef:any resourceFieldRef:any fileKeyRef:any",
  ],
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
    `httpGet:any tcpSocket:any exec:any grpc:any initialDelaySeconds:int timeoutSeconds:int periodSeconds:int successThreshold:int
     failureThreshold:int terminationGracePeriodSeconds:int`,
  ],
  Volume: [
    "Files that containers of a pod can have.",
    `name! emptyDir:any hostPath:any configMap:any secret:any persistentVolumeClaim:ClaimSource projected:any downwardAPI:any nfs:any
     csi:any ephemeral:any iscsi:any image:any local:any rbd:any cephfs:any fc:any glusterfs:any awsElasticBlockStore:any
     azureDisk:any azureFile:any gcePersistentDisk:any gitRepo:any cinder:any vsphereVolume:any portworxVolume:any quobyte:any
     scaleIO:any storageos:any flexVolume:any flocker:any photonPersistentDisk:any`,
  ],
  ClaimSource: ["A PersistentVolumeClaim of the same namespace.", "claimName! readOnly:bool"],
  Toleration: ["A taint that a pod bears.", "key operator value effect tolerationSeconds:int"],
  Affinity: [
    "Which nodes a pod is drawn to, and next to which pods.",
    "nodeAffinity:NodeAffinity podAffinity:any podAntiAffinity:any",
  ],
  NodeAffinity: [
    "Which nodes a pod is drawn to.",
    "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector preferredDuringSchedulingIgnoredDuringExecution:any[]",
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
