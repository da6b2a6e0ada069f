/** What a request is about: its path and query, read by the API's conventions. */
import { ApiError, badRequest, noSuchPath } from "../objects/errors.ts";
import { type Kind, kindNamed, type Part } from "../kinds/kinds.ts";
import type { FieldValidation } from "../kinds/decode.ts";
import type { Fields, Value } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import type { User } from "./access.ts";

/** Where a path leads. */
export interface Target {
  readonly kind: Kind;
  /** "" of all namespaces, and of kinds that are in none. */
  readonly namespace: string;
  /** "" is the whole list. */
  readonly name: string;
  readonly part: Part | "";
}

/** A request that is let in. */
export interface Asked extends Target {
  readonly cluster: Cluster;
  readonly user: User;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  /** Null where there is none. */
  readonly body: Value;
  /** Who says of itself to write. */
  readonly manager: string;
}

/** What is answered. */
export interface Answer {
  readonly code: number;
  readonly body: Fields | string | Buffer;
  readonly contentType?: string;
  readonly warnings?: readonly string[];
  readonly retryAfterSeconds?: number | undefined;
}

/** Versions that clients of real clusters ask for unseen, and why they are not here. */
export const REFUSED_VERSIONS: Readonly<Record<string, string>> = {
  "autoscaling/v1": "the sandbox has autoscalers of autoscaling/v2 alone",
  "certificates.k8s.io/v1": "the sandbox signs no certificates: `talosctl kubeconfig` and `lab kubeconfig` have one",
  "events.k8s.io/v1": "the sandbox has events of v1 alone",
};

const PATH =
  /^\/(?:api|apis\/([^/]+))\/(v\w+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+)(?:\/.*)?)?$/;

/** @throws ApiError 404 where nothing of the API is there */
export function targetOf(kinds: readonly Kind[], pathname: string): Target {
  const [, group = "", version = "", inside = "", plural = "", name = "", part = ""] = PATH.exec(pathname) ?? [];
  const refused = REFUSED_VERSIONS[`${group}/${version}`];
  if (refused !== undefined) throw new ApiError(501, "NotImplemented", refused);
  // What is below one namespace is a namespace's own part, unless it is a resource: /namespaces/a/finalize.
  const kind = kinds.find((each) => each.group === group && each.version === version && each.plural === plural);
  if (!kind) return namespacePart(group, version, inside, plural);
  if (kind.namespaced ? name !== "" && inside === "" : inside !== "") throw noSuchPath();
  const found = kind.parts.find((each) => each === part);
  if (part !== "" && found === undefined) throw noSuchPath();
  return { kind, namespace: inside, name: decodedName(name), part: found ?? "" };
}

/** Names of rights have colons, which clients may write as %3A. */
function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function namespacePart(group: string, version: string, name: string, part: string): Target {
  if (group !== "" || version !== "v1" || name === "" || (part !== "status" && part !== "finalize")) throw noSuchPath();
  return { kind: kindNamed("Namespace"), namespace: "", name, part: "status" };
}

/** @throws ApiError for a value that is none of them */
export function fieldValidation({ query }: Pick<Asked, "query">): FieldValidation {
  const said = query.get("fieldValidation") ?? "Warn";
  if (said === "Strict" || said === "Warn" || said === "Ignore") return said;
  throw badRequest(`fieldValidation: Unsupported value: "${said}": supported values: "Ignore", "Strict", "Warn"`);
}

/** Whether nothing is to be kept. @throws ApiError */
export function isDry({ query }: Pick<Asked, "query">): boolean {
  const said = query.get("dryRun");
  if (said === null || said === "") return false;
  if (said === "All") return true;
  throw badRequest(`dryRun: Unsupported value: "${said}": supported values: "All"`);
}
