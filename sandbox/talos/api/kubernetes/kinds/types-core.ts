/** Types of the core group, and of storage, policies and rights. */
import type { Notation } from "./notation.ts";

/** By name. */
export const CORE_TYPES: Readonly<Record<string, Notation>> = {
  NamespaceSpec: ["What has to be emptied before a namespace is gone.", "finalizers:string[]"],
  NamespaceStatus: ["Whether a namespace is Active or Terminating.", "phase conditions:Condition[type]"],
  NodeSpec: [
    "What a node is given: addresses for its pods, taints, whether new pods may come.",
    "podCIDR podCIDRs:string[=] providerID unschedulable:bool taints:Taint[] configSource:any externalID",
  ],
  Taint: ["What keeps pods away that do not bear it.", "key! value effect! timeAdded:time"],
  NodeStatus: [
    "What a node has, and how it fares.",
    `addresses:any[type] allocatable:quantity{} capacity:quantity{} conditions:Condition[type] nodeInfo:any images:any[] daemonEndpoints:any
     phase volumesAttached:any[] volumesInUse:string[] config:any features:any runtimeHandlers:any[]`,
  ],
  ServiceSpec: [
    "Which pods a service leads to, and at which address and ports.",
    `type selector:string{} ports:ServicePort[port,protocol] clusterIP clusterIPs:string[] externalIPs:string[] externalName
     externalTrafficPolicy internalTrafficPolicy trafficDistribution healthCheckNodePort:int ipFamilies:string[] ipFamilyPolicy loadBalancerIP
     loadBalancerClass loadBalancerSourceRanges:string[] allocateLoadBalancerNodePorts:bool publishNotReadyAddresses:bool
     sessionAffinity sessionAffinityConfig:any`,
  ],
  ServicePort: ["A port of a service.", "port!:int name protocol targetPort:intstr nodePort:int appProtocol"],
  ServiceStatus: ["What a load balancer has made of it.", "loadBalancer:any conditions:Condition[type]"],
  EndpointSubset: ["Addresses and the ports on them.", "addresses:any[] notReadyAddresses:any[] ports:any[]"],
  Endpoint: [
    "A place that a service leads to.",
    "addresses!:string[=] conditions:any hostname targetRef:ObjectReference nodeName zone hints:any deprecatedTopology:string{}",
  ],
  EndpointPort: ["A port of endpoints.", "name port:int protocol appProtocol"],
  PersistentVolumeClaimSpec: [
    "What a volume has to offer.",
    `accessModes:string[] resources:ResourceRequirements storageClassName volumeName volumeMode selector:LabelSelector dataSource:any dataSourceRef:any
     volumeAttributesClassName`,
  ],
  PersistentVolumeClaimStatus: [
    "Which volume it has.",
    `phase accessModes:string[] capacity:quantity{} conditions:Condition[type] allocatedResources:quantity{} allocatedResourceStatuses:any
     currentVolumeAttributesClassName modifyVolumeStatus:any`,
  ],
  PersistentVolumeSpec: [
    "A piece of storage: how large, how it is reached, and whose it is.",
    `capacity:quantity{} accessModes:string[] storageClassName persistentVolumeReclaimPolicy volumeMode claimRef:ObjectReference
     mountOptions:string[] nodeAffinity:any volumeAttributesClassName hostPath:any local:any nfs:any csi:any iscsi:any rbd:any cephfs:any fc:any glusterfs:any
     awsElasticBlockStore:any azureDisk:any azureFile:any gcePersistentDisk:any cinder:any vsphereVolume:any portworxVolume:any
     flexVolume:any quobyte:any scaleIO:any storageos:any flocker:any photonPersistentDisk:any`,
  ],
  PersistentVolumeStatus: [
    "Whether it is Available, Bound or Released.",
    "phase message reason lastPhaseTransitionTime:time",
  ],
  EventSource: ["Who tells of an event.", "component host"],
  EventSeries: ["How often an event was seen.", "count:int lastObservedTime:microtime"],
  PodDisruptionBudgetSpec: [
    "How many pods may be away at once.",
    "selector:LabelSelector minAvailable:intstr maxUnavailable:intstr unhealthyPodEvictionPolicy",
  ],
  PodDisruptionBudgetStatus: [
    "How many pods there are, and how many may go now.",
    `currentHealthy!:int desiredHealthy!:int disruptionsAllowed!:int expectedPods!:int observedGeneration:int disruptedPods:any
     conditions:Condition[type]`,
  ],
  PolicyRule: [
    "Verbs on resources.",
    "verbs!:string[] apiGroups:string[] resources:string[] resourceNames:string[] nonResourceURLs:string[]",
  ],
  RoleRef: ["The role that is given.", "apiGroup kind! name!"],
  Subject: ["Who is given it.", "kind! name! namespace apiGroup"],
  AggregationRule: ["Roles that this one is put together from.", "clusterRoleSelectors:LabelSelector[]"],
  ResourceQuotaSpec: ["The most of each.", "hard:quantity{} scopes:string[] scopeSelector:any"],
  LeaseSpec: [
    "Who holds a lease, and until when.",
    "holderIdentity leaseDurationSeconds:int acquireTime:microtime renewTime:microtime leaseTransitions:int preferredHolder strategy",
  ],
};
