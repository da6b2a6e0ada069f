/** What the API server fills in where a client says nothing. */
import { type Fields, fieldsAt, isFields, textAt, type Value, withAt } from "../objects/fields.ts";
import { schemaOf } from "./custom.ts";
import { each, filled, podSpec } from "./defaults-pod.ts";
import type { Kind } from "./kind.ts";
import { conform } from "./schema.ts";

function template(spec: Fields, key = "template"): Fields {
  const inner = fieldsAt(spec, key);
  return { ...spec, [key]: { ...inner, spec: podSpec(fieldsAt(inner, "spec")) } };
}

/** Rolling: a quarter more and a quarter fewer. */
function deployment(spec: Fields): Fields {
  const strategy = filled({ type: "RollingUpdate" }, fieldsAt(spec, "strategy"));
  const rolling = filled({ maxUnavailable: "25%", maxSurge: "25%" }, fieldsAt(strategy, "rollingUpdate"));
  return {
    ...template(filled({ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }, spec)),
    strategy: strategy["type"] === "RollingUpdate" ? { ...strategy, rollingUpdate: rolling } : strategy,
  };
}

function setStrategy(spec: Fields, rolling: Fields): Fields {
  const strategy = filled({ type: "RollingUpdate" }, fieldsAt(spec, "updateStrategy"));
  const rollingUpdate = filled(rolling, fieldsAt(strategy, "rollingUpdate"));
  return { ...spec, updateStrategy: strategy["type"] === "RollingUpdate" ? { ...strategy, rollingUpdate } : strategy };
}

function statefulSet(spec: Fields): Fields {
  const known = filled(
    {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: "OrderedReady",
      serviceName: "",
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    },
    spec,
  );
  const claims = each(known, "volumeClaimTemplates", (claim) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    ...claim,
    spec: filled({ volumeMode: "Filesystem" }, fieldsAt(claim, "spec")),
    status: { phase: "Pending" },
  }));
  return setStrategy(template(claims), { partition: 0 });
}

function job(spec: Fields): Fields {
  const known = filled(
    {
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: "TerminatingOrFailed",
    },
    spec,
  );
  const counts =
    spec["completions"] === undefined && spec["parallelism"] === undefined
      ? { completions: 1, parallelism: 1 }
      : { parallelism: 1 };
  return template(filled(counts, known));
}

function cronJob(spec: Fields): Fields {
  const known = filled(
    { concurrencyPolicy: "Allow", suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
    spec,
  );
  const inner = fieldsAt(spec, "jobTemplate");
  return { ...known, jobTemplate: { ...inner, spec: template(fieldsAt(inner, "spec")) } };
}

function service(spec: Fields): Fields {
  const known = filled({ type: "ClusterIP", sessionAffinity: "None" }, spec);
  if (known["type"] === "ExternalName") return known;
  const outward = {
    ...(known["type"] !== "ClusterIP" && { externalTrafficPolicy: "Cluster" }),
    ...(known["type"] === "LoadBalancer" && { allocateLoadBalancerNodePorts: true }),
  };
  const withDefaults = filled(
    { internalTrafficPolicy: "Cluster", ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack", ...outward },
    known,
  );
  return each(withDefaults, "ports", (port) => filled({ protocol: "TCP", targetPort: port["port"] ?? 0 }, port));
}

const SPECS: Readonly<Record<string, (spec: Fields) => Fields>> = {
  Namespace: (spec) => filled({ finalizers: ["kubernetes"] }, spec),
  Pod: (spec) =>
    filled(
      {
        serviceAccountName: "default",
        serviceAccount: "default",
        enableServiceLinks: true,
        preemptionPolicy: "PreemptLowerPriority",
        priority: 0,
      },
      podSpec(spec),
    ),
  Deployment: deployment,
  ReplicaSet: (spec) => template(filled({ replicas: 1 }, spec)),
  DaemonSet: (spec) =>
    setStrategy(template(filled({ revisionHistoryLimit: 10 }, spec)), { maxUnavailable: 1, maxSurge: 0 }),
  StatefulSet: statefulSet,
  Job: job,
  CronJob: cronJob,
  Service: service,
  PersistentVolumeClaim: (spec) => filled({ volumeMode: "Filesystem" }, spec),
  PersistentVolume: (spec) => filled({ volumeMode: "Filesystem", persistentVolumeReclaimPolicy: "Retain" }, spec),
  CustomResourceDefinition: (spec) => {
    const names = fieldsAt(spec, "names");
    const kind = textAt(names, "kind");
    return {
      conversion: { strategy: "None" },
      ...spec,
      names: filled({ singular: kind.toLowerCase(), listKind: `${kind}List` }, names),
    };
  },
  HorizontalPodAutoscaler: (spec) => filled({ minReplicas: 1 }, spec),
  NetworkPolicy: (spec) =>
    filled({ podSelector: {}, policyTypes: ["Ingress", ...(spec["egress"] === undefined ? [] : ["Egress"])] }, spec),
};

const STATUSES: Readonly<Record<string, Fields>> = {
  Namespace: { phase: "Active" },
  Pod: { phase: "Pending" },
  PersistentVolumeClaim: { phase: "Pending" },
  PersistentVolume: { phase: "Pending" },
  Service: { loadBalancer: {} },
  Ingress: { loadBalancer: {} },
  ReplicaSet: { replicas: 0 },
  DaemonSet: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
  PodDisruptionBudget: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
};

function secret(object: Fields): Fields {
  const { stringData, ...rest } = filled({ type: "Opaque" }, object);
  if (!isFields(stringData)) return rest;
  const encoded = Object.entries(stringData).map(([key, value]): [string, Value] => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  return { ...rest, data: { ...fieldsAt(rest, "data"), ...Object.fromEntries(encoded) } };
}

function whole(kind: string, object: Fields): Fields {
  if (kind === "Secret") return secret(object);
  if (kind === "StorageClass") return filled({ reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }, object);
  if (kind === "Namespace")
    return withAt(object, ["metadata", "labels", "kubernetes.io/metadata.name"], textAt(object, "metadata", "name"));
  if (kind === "ClusterRoleBinding" || kind === "RoleBinding")
    return each(
      withAt(object, ["roleRef"], filled({ apiGroup: "rbac.authorization.k8s.io" }, fieldsAt(object, "roleRef"))),
      "subjects",
      (subject) =>
        filled(subject["kind"] === "ServiceAccount" ? {} : { apiGroup: "rbac.authorization.k8s.io" }, subject),
    );
  return object;
}

/** The object as the API server keeps it. */
export function withDefaults({ type, custom }: Kind, object: Fields): Fields {
  if (custom) {
    const known = conform(schemaOf(custom), object, "", { unknown: [], causes: [], fills: true });
    return isFields(known) ? known : object;
  }
  const spec = SPECS[type];
  const known = spec ? { ...object, spec: spec(fieldsAt(object, "spec")) } : object;
  return whole(type, known);
}

/** The status that a new object has. */
export function initialStatus(kind: string): Fields | undefined {
  return STATUSES[kind];
}
