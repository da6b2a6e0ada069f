/** The numbers of fields where a client sends protobuf, as kubectl does for what it makes itself (k8s.io/api, generated.proto). */

/** By type: `field=number`. What is not here cannot be sent that way. */
export const WIRE_NUMBERS: Readonly<Record<string, string>> = {
  AccessReviewSpec: "resourceAttributes=1 nonResourceAttributes=2",
  Affinity: "nodeAffinity=1",
  AggregationRule: "clusterRoleSelectors=1",
  Binding: "metadata=1 target=2",
  ClaimSource: "claimName=1 readOnly=2",
  ClusterRole: "metadata=1 rules=2 aggregationRule=3",
  ClusterRoleBinding: "metadata=1 roleRef=3 subjects=2",
  ConfigMap: "metadata=1 data=2 binaryData=3 immutable=4",
  Container: `name=1 image=2 imagePullPolicy=14 command=3 args=4 workingDir=5 env=7 envFrom=19 ports=6 resources=8
    restartPolicy=24 volumeMounts=9 livenessProbe=10 readinessProbe=11 startupProbe=22 terminationMessagePath=13
    terminationMessagePolicy=20 stdin=16 stdinOnce=17 tty=18`,
  ContainerPort: "containerPort=3 name=1 protocol=4 hostPort=2 hostIP=5",
  ControllerRevision: "metadata=1 revision=3",
  CronJob: "metadata=1 spec=2 status=3",
  CronJobSpec: `schedule=1 jobTemplate=5 timeZone=8 concurrencyPolicy=3 suspend=4 startingDeadlineSeconds=2
    successfulJobsHistoryLimit=6 failedJobsHistoryLimit=7`,
  DaemonSet: "metadata=1 spec=2 status=3",
  DaemonSetSpec: "selector=1 template=2 updateStrategy=3 minReadySeconds=4 revisionHistoryLimit=6",
  DeleteOptions: "gracePeriodSeconds=1 preconditions=2 orphanDependents=3 propagationPolicy=4 dryRun=5",
  Deployment: "metadata=1 spec=2 status=3",
  DeploymentSpec: `replicas=1 selector=2 template=3 strategy=4 minReadySeconds=5 revisionHistoryLimit=6 paused=7
    progressDeadlineSeconds=9`,
  DeploymentStrategy: "type=1 rollingUpdate=2",
  EgressPolicyRule: "to=2 ports=1",
  Endpoint: "addresses=1 hostname=3 targetRef=4 nodeName=6 zone=7 deprecatedTopology=5",
  EndpointPort: "name=1 port=3 protocol=2 appProtocol=4",
  EndpointSlice: "metadata=1 addressType=4 endpoints=2 ports=3",
  Endpoints: "metadata=1 subsets=2",
  EnvFromSource: "prefix=1 configMapRef=2 secretRef=3",
  EnvVar: "name=1 value=2 valueFrom=3",
  EnvVarSource: "configMapKeyRef=3 secretKeyRef=4",
  Event: `metadata=1 involvedObject=2 reason=3 message=4 source=5 type=9 count=8 firstTimestamp=6 lastTimestamp=7
    eventTime=10 series=11 action=12 related=13 reportingComponent=14 reportingInstance=15`,
  EventSeries: "count=1 lastObservedTime=2",
  EventSource: "component=1 host=2",
  Eviction: "metadata=1 deleteOptions=2",
  HostAlias: "ip=1 hostnames=2",
  HttpPath: "path=1 pathType=3 backend=2",
  HttpRule: "paths=1",
  Ingress: "metadata=1 spec=2 status=3",
  IngressBackend: "service=4 resource=3",
  IngressPolicyRule: "from=2 ports=1",
  IngressPort: "name=1 number=2",
  IngressRule: "host=1 http=2.1",
  IngressService: "name=1 port=2",
  IngressSpec: "ingressClassName=4 defaultBackend=1 rules=3 tls=2",
  IngressTls: "hosts=1 secretName=2",
  Job: "metadata=1 spec=2 status=3",
  JobSpec: `template=6 parallelism=1 completions=2 backoffLimit=7 activeDeadlineSeconds=3 ttlSecondsAfterFinished=8
    selector=4 manualSelector=5 suspend=10 completionMode=9 podReplacementPolicy=14 backoffLimitPerIndex=12
    maxFailedIndexes=13 managedBy=15`,
  JobTemplateSpec: "metadata=1 spec=2",
  KeySelector: "name=1.1 key=2 optional=3",
  LabelSelector: "matchLabels=1 matchExpressions=2",
  LabelSelectorRequirement: "key=1 operator=2 values=3",
  Lease: "metadata=1 spec=2",
  LeaseSpec: `holderIdentity=1 leaseDurationSeconds=2 acquireTime=3 renewTime=4 leaseTransitions=5 preferredHolder=7
    strategy=6`,
  LocalObjectReference: "name=1",
  ManagedFieldsEntry: "manager=1 operation=2 apiVersion=3 time=4 fieldsType=6 subresource=8",
  Namespace: "metadata=1 spec=2 status=3",
  NamespaceSpec: "finalizers=1",
  NetworkPolicy: "metadata=1 spec=2",
  NetworkPolicySpec: "podSelector=1 ingress=2 egress=3 policyTypes=4",
  Node: "metadata=1 spec=2 status=3",
  NodeAffinity: "requiredDuringSchedulingIgnoredDuringExecution=1",
  NodeSelector: "nodeSelectorTerms=1",
  NodeSelectorTerm: "matchExpressions=1 matchFields=2",
  NodeSpec: "podCIDR=1 podCIDRs=7 providerID=3 unschedulable=4 taints=5 externalID=2",
  ObjectMeta: `name=1 generateName=2 namespace=3 selfLink=4 uid=5 resourceVersion=6 generation=7 creationTimestamp=8
    deletionTimestamp=9 deletionGracePeriodSeconds=10 labels=11 annotations=12 ownerReferences=13 finalizers=14
    managedFields=17`,
  ObjectReference: "apiVersion=5 kind=1 namespace=2 name=3 uid=4 resourceVersion=6 fieldPath=7",
  OptionalReference: "name=1.1 optional=2",
  OrderedUpdate: "partition=1 maxUnavailable=2",
  OwnerReference: "apiVersion=5 kind=1 name=3 uid=4 controller=6 blockOwnerDeletion=7",
  PathAttributes: "path=1 verb=2",
  PersistentVolume: "metadata=1 spec=2 status=3",
  PersistentVolumeClaim: "metadata=1 spec=2 status=3",
  PersistentVolumeClaimSpec: `accessModes=1 resources=2 storageClassName=5 volumeName=3 volumeMode=6 selector=4 volumeAttributesClassName=9`,
  PersistentVolumeSpec: `capacity=1 accessModes=3 storageClassName=6 persistentVolumeReclaimPolicy=5 volumeMode=8 claimRef=4
    mountOptions=7 volumeAttributesClassName=10`,
  Pod: "metadata=1 spec=2 status=3",
  PodDisruptionBudget: "metadata=1 spec=2 status=3",
  PodDisruptionBudgetSpec: "selector=2 minAvailable=1 maxUnavailable=3 unhealthyPodEvictionPolicy=4",
  PodSpec: `containers=2 initContainers=20 volumes=1 nodeName=10 nodeSelector=7 affinity=18 tolerations=22
    topologySpreadConstraints=33 schedulerName=19 schedulingGates=38 priority=25 priorityClassName=24
    preemptionPolicy=31 restartPolicy=3 terminationGracePeriodSeconds=4 activeDeadlineSeconds=5
    serviceAccountName=8 serviceAccount=9 automountServiceAccountToken=21 hostNetwork=11 hostPID=12 hostIPC=13
    hostUsers=37 shareProcessNamespace=27 hostname=16 hostnameOverride=41 subdomain=17 setHostnameAsFQDN=35
    dnsPolicy=6 hostAliases=23 imagePullSecrets=15 enableServiceLinks=30 runtimeClassName=29 overhead=32
    resources=40`,
  PodTemplateSpec: "metadata=1 spec=2",
  PolicyPeer: "podSelector=1 namespaceSelector=2",
  PolicyPort: "port=2 protocol=1 endPort=3",
  PolicyRule: "verbs=1 apiGroups=2 resources=3 resourceNames=4 nonResourceURLs=5",
  Preconditions: "uid=1 resourceVersion=2",
  Probe: `initialDelaySeconds=2 timeoutSeconds=3 periodSeconds=4 successThreshold=5 failureThreshold=6
    terminationGracePeriodSeconds=7`,
  ReplicaSet: "metadata=1 spec=2 status=3",
  ReplicaSetSpec: "replicas=1 selector=2 template=3 minReadySeconds=4",
  ResourceAttributes: "namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7",
  ResourceRequirements: "requests=2 limits=1",
  Role: "metadata=1 rules=2",
  RoleBinding: "metadata=1 roleRef=3 subjects=2",
  RoleRef: "apiGroup=1 kind=2 name=3",
  RollingUpdate: "maxUnavailable=1 maxSurge=2",
  Scale: "metadata=1 spec=2",
  ScaleSpec: "replicas=1",
  Secret: "metadata=1 type=3 data=2 stringData=4 immutable=5",
  SelfSubjectAccessReview: "metadata=1 spec=2 status=3",
  SelfSubjectReview: "metadata=1 status=2",
  Service: "metadata=1 spec=2 status=3",
  ServiceAccount: "metadata=1 secrets=2 imagePullSecrets=3 automountServiceAccountToken=4",
  ServicePort: "port=3 name=1 protocol=2 targetPort=4 nodePort=5 appProtocol=6",
  ServiceSpec: `type=4 selector=2 ports=1 clusterIP=3 clusterIPs=18 externalIPs=5 externalName=10 externalTrafficPolicy=11
    internalTrafficPolicy=22 trafficDistribution=23 healthCheckNodePort=12 ipFamilies=19 ipFamilyPolicy=17
    loadBalancerIP=8 loadBalancerClass=21 loadBalancerSourceRanges=9 allocateLoadBalancerNodePorts=20
    publishNotReadyAddresses=13 sessionAffinity=7`,
  StatefulSet: "metadata=1 spec=2 status=3",
  StatefulSetSpec: `replicas=1 selector=2 template=3 serviceName=5 volumeClaimTemplates=4 podManagementPolicy=6 updateStrategy=7
    minReadySeconds=9 revisionHistoryLimit=8`,
  StatefulSetStrategy: "type=1 rollingUpdate=2",
  StorageClass: `metadata=1 provisioner=2 parameters=3 reclaimPolicy=4 volumeBindingMode=7 allowVolumeExpansion=6
    mountOptions=5`,
  Subject: "kind=1 name=3 namespace=4 apiGroup=2",
  Taint: "key=1 value=2 effect=3 timeAdded=4",
  Toleration: "key=1 operator=2 value=3 effect=4 tolerationSeconds=5",
  TopologySpreadConstraint: `maxSkew=1 topologyKey=2 whenUnsatisfiable=3 labelSelector=4 minDomains=5 nodeAffinityPolicy=6
    nodeTaintsPolicy=7 matchLabelKeys=8`,
  TypedReference: "apiGroup=1 kind=2 name=3",
  Volume: "name=1 persistentVolumeClaim=2.10",
  VolumeMount: "name=1 mountPath=3 subPath=4 subPathExpr=6 readOnly=2 recursiveReadOnly=7 mountPropagation=5",
};
