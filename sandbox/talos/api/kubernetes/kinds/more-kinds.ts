/** Kinds whose objects are kept, and do nothing by themselves here; and those that are answered, and kept nowhere. */
import { kind, type Kind } from "./kind.ts";

const NO_WEBHOOKS = "the sandbox calls no webhooks: nothing is checked or changed by this one";
const NOT_ENFORCED = "the sandbox keeps this, and enforces nothing of it";

/** Kept. */
export const MORE_KINDS: readonly Kind[] = [
  kind("v1", "ResourceQuota", "resourcequotas", "spec:ResourceQuotaSpec status:any", "The most of a namespace.", {
    short: "quota",
    warning: NOT_ENFORCED,
  }),
  kind("v1", "LimitRange", "limitranges", "spec:any", "The most and the least of what is in a namespace.", {
    short: "limits",
    warning: NOT_ENFORCED,
  }),
  kind(
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    "horizontalpodautoscalers",
    "spec:AutoscalerSpec status:any",
    "As many pods as their load asks for.",
    { short: "hpa", inAll: true, warning: "the sandbox measures nothing: this scales nothing" },
  ),
  kind("networking.k8s.io/v1", "IngressClass", "ingressclasses", "spec:any", "What plays ingresses.", {
    cluster: true,
  }),
  kind(
    "scheduling.k8s.io/v1",
    "PriorityClass",
    "priorityclasses",
    "value!:int globalDefault:bool description preemptionPolicy",
    "Which pods come first.",
    { short: "pc", cluster: true },
  ),
  kind("node.k8s.io/v1", "RuntimeClass", "runtimeclasses", "handler! overhead:any scheduling:any", "What runs pods.", {
    cluster: true,
  }),
  kind("storage.k8s.io/v1", "CSIDriver", "csidrivers", "spec:any", "What makes and mounts volumes.", { cluster: true }),
  kind(
    "apiregistration.k8s.io/v1",
    "APIService",
    "apiservices",
    "spec:any status:any",
    "A part of the API that another server answers.",
    { cluster: true, warning: "the sandbox asks no other API server: nothing answers for this one" },
  ),
  kind(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    "spec!:DefinitionSpec status:any",
    "A kind of one's own.",
    { short: "crd crds", cluster: true },
  ),
  ...["Validating", "Mutating"].map((what) =>
    kind(
      "admissionregistration.k8s.io/v1",
      `${what}WebhookConfiguration`,
      `${what.toLowerCase()}webhookconfigurations`,
      "webhooks:any[name]",
      "Whom the API server asks about what is written.",
      { cluster: true, warning: NO_WEBHOOKS },
    ),
  ),
];

const review = (group: string, name: string, fields: string, isCluster: boolean): Kind =>
  kind(`${group}/v1`, name, `${name.toLowerCase()}s`, fields, "Who asks, and what that one may do.", {
    ...(isCluster && { cluster: true }),
    parts: [],
    verbs: "create",
  });

/** Answered. */
export const REVIEWS: readonly Kind[] = [
  review("authentication.k8s.io", "SelfSubjectReview", "status:any", true),
  review("authorization.k8s.io", "SelfSubjectAccessReview", "spec:AccessReviewSpec status:any", true),
  review("authorization.k8s.io", "SelfSubjectRulesReview", "spec:RulesReviewSpec status:any", true),
  review("authorization.k8s.io", "SubjectAccessReview", "spec:AccessReviewSpec status:any", true),
  review("authorization.k8s.io", "LocalSubjectAccessReview", "spec:AccessReviewSpec status:any", false),
];
