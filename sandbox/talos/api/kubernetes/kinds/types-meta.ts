/** Types that all kinds share. */
import type { Notation } from "./notation.ts";

/** By name. */
export const META_TYPES: Readonly<Record<string, Notation>> = {
  ObjectMeta: [
    "What every object has: names, labels, versions and owners.",
    `name generateName namespace selfLink uid resourceVersion generation:int creationTimestamp:time deletionTimestamp:time
     deletionGracePeriodSeconds:int labels:string{} annotations:string{} ownerReferences:OwnerReference[uid]
     finalizers:string[=] managedFields:ManagedFieldsEntry[]`,
  ],
  OwnerReference: [
    "An object that this one is gone with.",
    "apiVersion! kind! name! uid! controller:bool blockOwnerDeletion:bool",
  ],
  ManagedFieldsEntry: [
    "Which fields a manager has set.",
    "manager operation apiVersion time:time fieldsType fieldsV1:any subresource",
  ],
  LabelSelector: [
    "Labels that objects have to have: all that are listed.",
    "matchLabels:string{} matchExpressions:LabelSelectorRequirement[]",
  ],
  LabelSelectorRequirement: [
    "A label, an operator (In, NotIn, Exists, DoesNotExist) and values.",
    "key! operator! values:string[]",
  ],
  Condition: [
    "Whether something holds, since when and why.",
    "type! status! reason message observedGeneration:int lastTransitionTime:time lastUpdateTime:time lastProbeTime:time lastHeartbeatTime:time",
  ],
  ObjectReference: ["An object that is meant.", "apiVersion kind namespace name uid resourceVersion fieldPath"],
  LocalObjectReference: ["An object of the same namespace.", "name"],
  TypedReference: ["An object of a kind.", "apiGroup kind! name! namespace"],
  DeleteOptions: [
    "How something is to be deleted.",
    "apiVersion kind gracePeriodSeconds:int preconditions:Preconditions orphanDependents:bool propagationPolicy dryRun:string[]",
  ],
  Preconditions: ["What has to hold of what is deleted.", "uid resourceVersion"],
  Eviction: [
    "That a pod is to go, where its budgets let it.",
    "apiVersion kind metadata:ObjectMeta deleteOptions:DeleteOptions",
  ],
  DefinitionSpec: [
    "How a kind is called, and which versions of it there are.",
    "group! names!:DefinitionNames scope! versions!:DefinitionVersion[] conversion:any preserveUnknownFields:bool",
  ],
  DefinitionNames: ["How a kind is called.", "plural! kind! singular shortNames:string[] listKind categories:string[]"],
  DefinitionVersion: [
    "A version of a kind.",
    `name! served!:bool storage!:bool schema:any deprecated:bool deprecationWarning subresources:any
     additionalPrinterColumns:DefinitionColumn[] selectableFields:any[]`,
  ],
  DefinitionColumn: ["A column of kubectl get.", "name! type! jsonPath! priority:int description format"],
  CustomResource: ["An object of a custom kind.", "apiVersion kind metadata:ObjectMeta"],
  Binding: ["The node of a pod.", "apiVersion kind metadata:ObjectMeta target:ObjectReference"],
  Scale: ["How many pods are wanted.", "apiVersion kind metadata:ObjectMeta spec:ScaleSpec"],
  ScaleSpec: ["How many pods are wanted.", "replicas:int"],
  AccessReviewSpec: [
    "What is to be done.",
    "resourceAttributes:ResourceAttributes nonResourceAttributes:PathAttributes user groups:string[] uid extra:any",
  ],
  ResourceAttributes: [
    "A verb on a resource.",
    "namespace verb group version resource subresource name fieldSelector:any labelSelector:any",
  ],
  RulesReviewSpec: ["In which namespace.", "namespace"],
  PathAttributes: ["A verb on a path.", "path verb"],
};
