/** What the API server says of itself: versions, resources, health. Clients ask before anything else. */
import type { ApiState } from "./state.ts";

interface Resource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
}

function readOnly(name: string, kind: string, shortName: string): Resource {
  const singularName = kind.toLowerCase();
  return { name, singularName, namespaced: false, kind, verbs: ["get", "list"], shortNames: [shortName] };
}

const RESOURCES = [readOnly("namespaces", "Namespace", "ns"), readOnly("nodes", "Node", "no")];

/** The answer at a path of discovery; undefined at every other path. */
export function discovery(pathname: string, { version }: ApiState): object | string | undefined {
  switch (pathname) {
    case "/readyz":
    case "/livez":
    case "/healthz":
      return "ok";
    case "/version":
      return versionOf(version);
    case "/api":
      return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
    case "/apis":
      return { kind: "APIGroupList", apiVersion: "v1", groups: [] };
    case "/api/v1":
      return { kind: "APIResourceList", groupVersion: "v1", resources: RESOURCES };
    default:
      return undefined;
  }
}

function versionOf(version: string): object {
  const [major = "", minor = ""] = version.split(".");
  return { major, minor, gitVersion: `v${version}`, platform: "linux/arm64" };
}
