/** What is declared of a kind. */
import type { Fields } from "../objects/fields.ts";

/** A kind. */
export interface Kind {
  /** "" is the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly short: readonly string[];
  readonly namespaced: boolean;
  /** For `kubectl explain`. */
  readonly description: string;
  /** Its fields beside apiVersion, kind and metadata, in the notation of notation.ts. */
  readonly fields: string;
  /** Of its objects, in `TYPES`: its own name, but for custom kinds. */
  readonly type: string;
  /** What can be done with its objects. */
  readonly verbs: readonly string[];
  /** What whoever makes one is warned of: it is kept, and this is not done. */
  readonly warning: string;
  /** Of a custom kind: its version, as its definition has it. */
  readonly custom?: Fields;
  /** Subresources. */
  readonly parts: readonly Part[];
  /** `all` is those that `kubectl get all` has. */
  readonly categories: readonly string[];
  /** What a field selector takes beside name and namespace. */
  readonly selectable: readonly string[];
}

/** What can be asked for below an object. */
export type Part =
  | "status"
  | "scale"
  | "eviction"
  | "binding"
  | "log"
  | "exec"
  | "attach"
  | "portforward"
  | "proxy"
  | "ephemeralcontainers"
  | "token";

interface More {
  readonly short?: string;
  readonly cluster?: true;
  readonly parts?: readonly Part[];
  readonly inAll?: true;
  readonly selectable?: string;
  readonly verbs?: string;
  readonly warning?: string;
}

/** What can be done with the objects of every kind, but for reviews. */
export const EVERY_VERB: readonly string[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];
const WITH_STATUS: readonly Part[] = ["status"];
/** Of what has replicas. */
export const WITH_SCALE: readonly Part[] = ["status", "scale"];

/** Declares a kind: its group and version, names, fields in the notation, and what else there is to it. */
export function kind(
  groupVersion: string,
  name: string,
  plural: string,
  fields: string,
  description: string,
  more: More = {},
): Kind {
  const [version = "", group = ""] = groupVersion.split("/").toReversed();
  return {
    group,
    version,
    kind: name,
    plural,
    fields,
    type: name,
    description,
    verbs: more.verbs === undefined ? EVERY_VERB : words(more.verbs),
    warning: more.warning ?? "",
    short: words(more.short),
    namespaced: !more.cluster,
    parts: more.parts ?? (fields.includes("status:") ? WITH_STATUS : []),
    categories: more.inAll ? ["all"] : [],
    selectable: words(more.selectable),
  };
}

const words = (text = ""): readonly string[] => text.split(/\s+/).filter((each) => each !== "");
