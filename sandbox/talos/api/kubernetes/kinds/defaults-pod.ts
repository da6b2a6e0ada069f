/** What the API server fills into pods, and into what pods are made from. */
import { at, type Fields, fieldsAt, isFields, itemsAt, mapAt, textAt, withAt } from "../objects/fields.ts";

/** What is there goes before what is filled in. */
export const filled = (defaults: Fields, fields: Fields): Fields => ({
  ...fields,
  ...Object.fromEntries(Object.entries(defaults).filter(([key]) => fields[key] === undefined)),
});

/** Each of a list, changed; what is no list stays. */
export function each(fields: Fields, key: string, change: (item: Fields) => Fields): Fields {
  const list = itemsAt(fields, key);
  return list.length === 0 ? fields : { ...fields, [key]: list.map(change) };
}

/** An image without a tag, or with `latest`, is fetched each time. */
function pullPolicy(image: string): string {
  const [, tag = "latest"] = /:([^:/]+)$/.exec(image.split("@")[0] ?? "") ?? [];
  return tag === "latest" && !image.includes("@") ? "Always" : "IfNotPresent";
}

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];

/** How often and how long containers are asked. */
function probed(fields: Fields): Fields {
  return PROBES.reduce((known, name) => {
    if (!isFields(fields[name])) return known;
    const probe = filled(
      { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
      fields[name],
    );
    const request = probe["httpGet"];
    return {
      ...known,
      [name]: isFields(request) ? { ...probe, httpGet: filled({ path: "/", scheme: "HTTP" }, request) } : probe,
    };
  }, fields);
}

const FILES: Fields = { defaultMode: 420 };
/** What volumes have of their own, by where they are from. */
const SOURCES: Readonly<Record<string, Fields>> = {
  configMap: FILES,
  secret: FILES,
  projected: FILES,
  downwardAPI: FILES,
  hostPath: { type: "" },
};

/** A volume that is from nowhere is an empty folder. */
function volume(fields: Fields): Fields {
  const [source = "emptyDir"] = Object.keys(fields).filter((key) => key !== "name");
  return { ...fields, [source]: filled(SOURCES[source] ?? {}, fieldsAt(fields, source)) };
}

function variable(fields: Fields): Fields {
  if (!isFields(at(fields, "valueFrom", "fieldRef"))) return fields;
  return withAt(
    fields,
    ["valueFrom", "fieldRef"],
    filled({ apiVersion: "v1" }, fieldsAt(fields, "valueFrom", "fieldRef")),
  );
}

function container(fields: Fields): Fields {
  const policy = pullPolicy(textAt(fields, "image"));
  const known = filled(
    {
      resources: {},
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
      imagePullPolicy: policy,
    },
    fields,
  );
  const withPorts = each(probed(known), "ports", (port) => filled({ protocol: "TCP" }, port));
  const whole = each(withPorts, "env", variable);
  const limits = mapAt(fields, "resources", "limits");
  // Limits alone are requests too.
  return Object.keys(limits).length === 0
    ? whole
    : withAt(whole, ["resources", "requests"], { ...limits, ...fieldsAt(fields, "resources", "requests") });
}

/** Of a pod, and of what pods are made from. */
export function podSpec(fields: Fields): Fields {
  const defaults: Fields = {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  };
  const account = textAt(fields, "serviceAccountName") || textAt(fields, "serviceAccount");
  const known = filled(
    { ...defaults, ...(account !== "" && { serviceAccountName: account, serviceAccount: account }) },
    fields,
  );
  return each(each(each(known, "containers", container), "initContainers", container), "volumes", volume);
}
