/** Types of what runs pods, and of what leads to them. */
import type { Notation } from "./notation.ts";

const REPLICAS =
  "replicas:int readyReplicas:int availableReplicas:int observedGeneration:int conditions:Condition[type]";

/** By name. */
export const WORK_TYPES: Readonly<Record<string, Notation>> = {
  DeploymentSpec: [
    "How many pods are wanted, of what, and how they are replaced.",
    `replicas:int selector!:LabelSelector template!:PodTemplateSpec strategy:DeploymentStrategy minReadySeconds:int revisionHistoryLimit:int
     paused:bool progressDeadlineSeconds:int`,
  ],
  DeploymentStrategy: ["How pods are replaced: RollingUpdate or Recreate.", "type rollingUpdate:RollingUpdate"],
  RollingUpdate: ["How many pods may be missing, or too many, meanwhile.", "maxUnavailable:intstr maxSurge:intstr"],
  StatefulSetStrategy: ["How pods are replaced: RollingUpdate or OnDelete.", "type rollingUpdate:OrderedUpdate"],
  OrderedUpdate: ["From which number on pods are replaced.", "partition:int maxUnavailable:intstr"],
  DeploymentStatus: [
    "How far it has come.",
    `${REPLICAS} updatedReplicas:int unavailableReplicas:int terminatingReplicas:int collisionCount:int`,
  ],
  ReplicaSetSpec: [
    "How many pods are wanted, and of what.",
    "replicas:int selector!:LabelSelector template:PodTemplateSpec minReadySeconds:int",
  ],
  ReplicaSetStatus: ["How many there are.", `${REPLICAS} fullyLabeledReplicas:int terminatingReplicas:int`],
  DaemonSetSpec: [
    "What runs on every node that fits.",
    "selector!:LabelSelector template!:PodTemplateSpec updateStrategy:DeploymentStrategy minReadySeconds:int revisionHistoryLimit:int",
  ],
  DaemonSetStatus: [
    "On how many nodes it runs.",
    `currentNumberScheduled:int desiredNumberScheduled:int numberAvailable:int numberMisscheduled:int numberReady:int
     numberUnavailable:int updatedNumberScheduled:int observedGeneration:int collisionCount:int conditions:Condition[type]`,
  ],
  StatefulSetSpec: [
    "Pods with names that stay, and with volumes of their own.",
    `replicas:int selector!:LabelSelector template!:PodTemplateSpec serviceName volumeClaimTemplates:PersistentVolumeClaim[]
     podManagementPolicy updateStrategy:StatefulSetStrategy minReadySeconds:int revisionHistoryLimit:int ordinals:any
     persistentVolumeClaimRetentionPolicy:any`,
  ],
  StatefulSetStatus: [
    "How far it has come.",
    `${REPLICAS} currentReplicas:int updatedReplicas:int currentRevision updateRevision collisionCount:int`,
  ],
  JobSpec: [
    "Pods that run to their end.",
    `template!:PodTemplateSpec parallelism:int completions:int backoffLimit:int activeDeadlineSeconds:int ttlSecondsAfterFinished:int
     selector:LabelSelector manualSelector:bool suspend:bool completionMode podFailurePolicy:any podReplacementPolicy
     backoffLimitPerIndex:int maxFailedIndexes:int successPolicy:any managedBy`,
  ],
  JobStatus: [
    "How many have come to their end.",
    `active:int ready:int succeeded:int failed:int terminating:int startTime:time completionTime:time conditions:Condition[type]
     uncountedTerminatedPods:any completedIndexes failedIndexes`,
  ],
  JobTemplateSpec: ["What jobs are made from.", "metadata:ObjectMeta spec:JobSpec"],
  CronJobSpec: [
    "When jobs are made, and of what.",
    `schedule! jobTemplate!:JobTemplateSpec timeZone concurrencyPolicy suspend:bool startingDeadlineSeconds:int successfulJobsHistoryLimit:int
     failedJobsHistoryLimit:int`,
  ],
  CronJobStatus: ["When it made one last.", "active:ObjectReference[] lastScheduleTime:time lastSuccessfulTime:time"],
  AutoscalerSpec: [
    "What is scaled, and by what.",
    "scaleTargetRef!:ScaleTarget minReplicas:int maxReplicas!:int metrics:MetricSpec[] behavior:any",
  ],
  ScaleTarget: ["What has replicas.", "kind! name! apiVersion"],
  MetricSpec: [
    "What is measured.",
    "type! resource:ResourceMetric containerResource:any external:any object:any pods:any",
  ],
  ResourceMetric: ["A resource, and how much of it is wanted.", "name! target!:MetricTarget"],
  MetricTarget: ["How much.", "type! value:quantity averageValue:quantity averageUtilization:int"],
  IngressSpec: [
    "Which names and paths lead to which services.",
    "ingressClassName defaultBackend:IngressBackend rules:IngressRule[] tls:IngressTls[]",
  ],
  IngressRule: ["The paths of a name.", "host http:HttpRule"],
  HttpRule: ["Paths and what is behind them.", "paths!:HttpPath[]"],
  HttpPath: ["A path and what is behind it.", "path pathType! backend!:IngressBackend"],
  IngressBackend: ["A service, or another resource.", "service:IngressService resource:TypedReference"],
  IngressService: ["A port of a service.", "name! port:IngressPort"],
  IngressPort: ["A port by name or number.", "name number:int"],
  IngressTls: ["Names, and the Secret with their certificate.", "hosts:string[] secretName"],
  IngressStatus: ["Where it is reached.", "loadBalancer:any"],
  NetworkPolicySpec: [
    "Which pods may be reached, and may reach what.",
    "podSelector:LabelSelector ingress:IngressPolicyRule[] egress:EgressPolicyRule[] policyTypes:string[]",
  ],
  IngressPolicyRule: ["Who may come, to which ports.", "from:PolicyPeer[] ports:PolicyPort[]"],
  EgressPolicyRule: ["Where to, and to which ports.", "to:PolicyPeer[] ports:PolicyPort[]"],
  PolicyPeer: [
    "Pods, namespaces or addresses.",
    "podSelector:LabelSelector namespaceSelector:LabelSelector ipBlock:any",
  ],
  PolicyPort: ["A port, or a range.", "port:intstr protocol endPort:int"],
};
