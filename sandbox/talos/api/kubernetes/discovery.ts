/** What the API server says of itself: versions, resources, health. Clients ask before anything else. */
import { groupVersionOf, type Kind, KINDS, type Part } from "./kinds/kinds.ts";
import type { Fields } from "./objects/fields.ts";
import { openApi } from "./openapi.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

interface PartKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** What is at a subresource; of those that are not here, those of their kind. */
const PART_KINDS: Readonly<Partial<Record<Part, PartKind>>> = {
  scale: { group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] },
  eviction: { group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] },
  binding: { group: "", version: "v1", kind: "Binding", verbs: ["create"] },
  log: { group: "", version: "v1", kind: "Pod", verbs: ["get"] },
  exec: { group: "", version: "v1", kind: "PodExecOptions", verbs: ["create", "get"] },
  attach: { group: "", version: "v1", kind: "PodAttachOptions", verbs: ["create", "get"] },
  portforward: { group: "", version: "v1", kind: "PodPortForwardOptions", verbs: ["create", "get"] },
};

function partKind(kind: Kind, part: Part): PartKind {
  return (
    PART_KINDS[part] ?? { group: kind.group, version: kind.version, kind: kind.kind, verbs: ["get", "patch", "update"] }
  );
}

/** Reviews that are answered, and kept nowhere. */
const REVIEWS = [
  { group: "authorization.k8s.io", plural: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview" },
  { group: "authentication.k8s.io", plural: "selfsubjectreviews", kind: "SelfSubjectReview" },
];

const groups: readonly string[] = [
  ...new Set([...KINDS.map(({ group }) => group), ...REVIEWS.map(({ group }) => group)]),
];

function resource(kind: Kind): Fields {
  return {
    resource: kind.plural,
    responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? "Namespaced" : "Cluster",
    singularResource: kind.kind.toLowerCase(),
    verbs: VERBS,
    ...(kind.short.length > 0 && { shortNames: kind.short }),
    ...(kind.inAll && { categories: ["all"] }),
    ...(kind.parts.length > 0 && {
      subresources: kind.parts.map((part) => {
        const { verbs, ...responseKind } = partKind(kind, part);
        return { subresource: part, responseKind, verbs };
      }),
    }),
  };
}

function reviewsOf(group: string): readonly Fields[] {
  return REVIEWS.filter((each) => each.group === group).map(({ plural, kind }) => ({
    resource: plural,
    responseKind: { group, version: "v1", kind },
    scope: "Cluster",
    singularResource: kind.toLowerCase(),
    verbs: ["create"],
  }));
}

/** Everything in one answer (KEP-3352): of the core group at /api, of the others at /apis. */
function aggregated(version: string, wanted: readonly string[]): Fields {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: wanted.map((group) => ({
      metadata: group === "" ? {} : { name: group },
      versions: [
        {
          version: "v1",
          freshness: "Current",
          resources: [...KINDS.filter((kind) => kind.group === group).map(resource), ...reviewsOf(group)],
        },
      ],
    })),
  };
}

function resourceList(group: string): Fields {
  const resources = KINDS.filter((kind) => kind.group === group).flatMap((kind): readonly Fields[] => {
    const { plural, kind: name, namespaced, short } = kind;
    const whole = {
      name: plural,
      singularName: name.toLowerCase(),
      namespaced,
      kind: name,
      verbs: VERBS,
      ...(short.length > 0 && { shortNames: short }),
      ...(kind.inAll && { categories: ["all"] }),
    };
    const parts = kind.parts.map((part) => {
      const found = partKind(kind, part);
      const own = found.group === group ? {} : { group: found.group, version: found.version };
      return { name: `${plural}/${part}`, singularName: "", namespaced, kind: found.kind, verbs: found.verbs, ...own };
    });
    return [whole, ...parts];
  });
  const reviews = REVIEWS.filter((each) => each.group === group).map(({ plural, kind }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced: false,
    kind,
    verbs: ["create"],
  }));
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: groupVersionOf({ group, version: "v1" }),
    resources: [...resources, ...reviews],
  };
}

const groupOf = (name: string): Fields => {
  const version = { groupVersion: `${name}/v1`, version: "v1" };
  return { name, versions: [version], preferredVersion: version };
};

/** What is said, and as what. */
export interface Told {
  readonly body: Fields | string;
  readonly contentType?: string;
}

function versionOf(version: string): Fields {
  const [major = "", minor = ""] = version.split(".");
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitTreeState: "clean",
    goVersion: "go1.24.0",
    compiler: "gc",
    platform: "linux/arm64",
  };
}

/** The answer at a path of discovery; undefined at every other path. */
export function discovery(pathname: string, accept: string, version: string): Told | undefined {
  const [, aggregate] = /;as=APIGroupDiscoveryList/.test(accept)
    ? (/apidiscovery\.k8s\.io;v=(v2(?:beta1)?)/.exec(accept) ?? [])
    : [];
  const both = (plain: Fields, wanted: readonly string[]): Told =>
    aggregate === undefined
      ? { body: plain }
      : {
          body: aggregated(aggregate, wanted),
          contentType: `application/json;g=apidiscovery.k8s.io;v=${aggregate};as=APIGroupDiscoveryList`,
        };
  const named = groups.filter((group) => group !== "");
  switch (pathname) {
    case "/readyz":
    case "/livez":
    case "/healthz":
      return { body: "ok" };
    case "/version":
      return { body: versionOf(version) };
    case "/api":
      return both({ kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] }, [""]);
    case "/apis":
      return both({ kind: "APIGroupList", apiVersion: "v1", groups: named.map(groupOf) }, named);
    case "/api/v1":
      return { body: resourceList("") };
    default:
      return ofGroup(pathname) ?? openApi(pathname);
  }
}

function ofGroup(pathname: string): Told | undefined {
  const [, group = "", version] = /^\/apis\/([^/]+)(?:\/(v1))?$/.exec(pathname) ?? [];
  if (group === "" || !groups.includes(group)) return undefined;
  return {
    body: version === undefined ? { kind: "APIGroup", apiVersion: "v1", ...groupOf(group) } : resourceList(group),
  };
}
