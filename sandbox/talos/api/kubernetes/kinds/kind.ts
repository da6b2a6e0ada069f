/** What is declared of a kind. */

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
  /** Subresources. */
  readonly parts: readonly Part[];
  /** Whether `kubectl get all` has it. */
  readonly inAll: boolean;
  /** What a field selector takes beside name and namespace. */
  readonly selectable: readonly string[];
}

/** What can be asked for below an object. */
export type Part =
  "status" | "scale" | "eviction" | "binding" | "log" | "exec" | "attach" | "portforward" | "proxy" | "token";

interface More {
  readonly short?: string;
  readonly cluster?: true;
  readonly parts?: readonly Part[];
  readonly inAll?: true;
  readonly selectable?: string;
}

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
    description,
    short: words(more.short),
    namespaced: !more.cluster,
    parts: more.parts ?? (fields.includes("status:") ? WITH_STATUS : []),
    inAll: more.inAll ?? false,
    selectable: words(more.selectable),
  };
}

const words = (text = ""): readonly string[] => text.split(/\s+/).filter((each) => each !== "");
