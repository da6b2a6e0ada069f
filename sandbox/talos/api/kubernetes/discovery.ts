/** What the API server says of itself: versions, resources, health. Clients ask before anything else. */
import { groupVersionOf, type Kind, type Part } from "./kinds/kinds.ts";
import type { Fields } from "./objects/fields.ts";
import { openApi } from "./openapi.ts";

interface PartKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

const ofPod = (kind: string, ...verbs: readonly string[]): PartKind => ({ group: "", version: "v1", kind, verbs });

/** What is at a subresource; of those that are not here, those of their kind. */
const PART_KINDS: Readonly<Partial<Record<Part, PartKind>>> = {
  scale: { group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] },
  eviction: { group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] },
  token: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] },
  binding: ofPod("Binding", "create"),
  log: ofPod("Pod", "get"),
  exec: ofPod("PodExecOptions", "create", "get"),
  attach: ofPod("PodAttachOptions", "create", "get"),
  portforward: ofPod("PodPortForwardOptions", "create", "get"),
};

function partKind({ group, version, kind }: Kind, part: Part): PartKind {
  return PART_KINDS[part] ?? { group, version, kind, verbs: ["get", "patch", "update"] };
}

const namesOf = ({ short, categories }: Kind): Fields => ({
  ...(short.length > 0 && { shortNames: short }),
  ...(categories.length > 0 && { categories }),
});

function resource(kind: Kind): Fields {
  return {
    resource: kind.plural,
    responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? "Namespaced" : "Cluster",
    singularResource: kind.kind.toLowerCase(),
    verbs: kind.verbs,
    ...namesOf(kind),
    ...(kind.parts.length > 0 && {
      subresources: kind.parts.map((part) => {
        const { verbs, ...responseKind } = partKind(kind, part);
        return { subresource: part, responseKind, verbs };
      }),
    }),
  };
}

/** The versions of a group, the first that is listed before the others. */
const versionsOf = (kinds: readonly Kind[], group: string): ReadonlyMap<string, readonly Kind[]> =>
  Map.groupBy(
    kinds.filter((kind) => kind.group === group),
    ({ version }) => version,
  );

/** Everything in one answer (KEP-3352): of the core group at /api, of the others at /apis. */
function aggregated(format: string, kinds: readonly Kind[], groups: readonly string[]): Told {
  const items = groups.map((group) => ({
    metadata: group === "" ? {} : { name: group },
    versions: [...versionsOf(kinds, group)].map(([version, own]) => ({
      version,
      freshness: "Current",
      resources: own.map(resource),
    })),
  }));
  return {
    body: { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${format}`, metadata: {}, items },
    contentType: `application/json;g=apidiscovery.k8s.io;v=${format};as=APIGroupDiscoveryList`,
  };
}

function resourceList(kinds: readonly Kind[], groupVersion: string): Fields {
  const resources = kinds.flatMap((kind): readonly Fields[] => {
    const { plural, kind: name, namespaced, verbs } = kind;
    const whole = { name: plural, singularName: name.toLowerCase(), namespaced, kind: name, verbs, ...namesOf(kind) };
    const parts = kind.parts.map((part) => {
      const { group, version, ...found } = partKind(kind, part);
      const other = group === kind.group ? {} : { group, version };
      return { name: `${plural}/${part}`, singularName: "", namespaced, ...found, ...other };
    });
    return [whole, ...parts];
  });
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

function groupOf(kinds: readonly Kind[], name: string): Fields {
  const versions = [...versionsOf(kinds, name).keys()].map((version) => ({
    groupVersion: groupVersionOf({ group: name, version }),
    version,
  }));
  return { name, versions, preferredVersion: versions[0] ?? {} };
}

/** What is said, and as what. */
export interface Told {
  readonly body: Fields | string | Buffer;
  readonly contentType?: string;
}

function versionOf(version: string): Fields {
  const [major = "", minor = ""] = version.split(".");
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "2025-01-01T00:00:00Z",
    goVersion: "go1.24.0",
    compiler: "gc",
    platform: "linux/arm64",
  };
}

/** What is asked for, of which kinds, by a client that takes what. */
interface Wish {
  readonly pathname: string;
  readonly accept: string;
  readonly version: string;
  readonly kinds: readonly Kind[];
}

/** The answer at a path of discovery; undefined at every other path. */
export function discovery(wish: Wish): Told | undefined {
  const { accept, version, kinds } = wish;
  // Some clients end these paths with a slash.
  const pathname = wish.pathname.replace(/(?<=.)\/$/, "");
  const [, format] = /;as=APIGroupDiscoveryList/.test(accept)
    ? (/apidiscovery\.k8s\.io;v=(v2(?:beta1)?)/.exec(accept) ?? [])
    : [];
  const named = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== "");
  switch (pathname) {
    case "/readyz":
    case "/livez":
    case "/healthz":
      return { body: "ok" };
    case "/version":
      return { body: versionOf(version) };
    case "/api":
      return format === undefined
        ? { body: { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] } }
        : aggregated(format, kinds, [""]);
    case "/apis": {
      const groups = named.map((name) => groupOf(kinds, name));
      return format === undefined
        ? { body: { kind: "APIGroupList", apiVersion: "v1", groups } }
        : aggregated(format, kinds, named);
    }
    default:
      return ofGroup(kinds, pathname) ?? openApi(kinds, pathname, accept);
  }
}

function ofGroup(kinds: readonly Kind[], pathname: string): Told | undefined {
  const [, group = "", version] = /^\/(?:api|apis\/([^/]+))(?:\/([^/]+))?$/.exec(pathname) ?? [];
  const versions = versionsOf(kinds, group);
  if (version === undefined)
    return versions.size > 0 && group !== ""
      ? { body: { kind: "APIGroup", apiVersion: "v1", ...groupOf(kinds, group) } }
      : undefined;
  const own = versions.get(version);
  return own && { body: resourceList(own, groupVersionOf({ group, version })) };
}
