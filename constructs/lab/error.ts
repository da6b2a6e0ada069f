import type { IConstruct } from "constructs";

/** What is wrong with what a construct was given. */
interface LabIssue {
  /** The property or name that it is about. @default - the construct itself */
  readonly at?: string;
  /** What was found, already worded: `"pve-9"`, `nothing`. */
  readonly got: string;
  readonly allowed: string;
}

/**
 * A mistake in what a construct was given: one line that names the construct by its path (`oci/network`), what it got and
 * what is allowed.
 */
export class LabError extends Error {
  override readonly name = "LabError";
  /** Path of the construct in the app. */
  readonly path: string;
  readonly got: string;
  readonly allowed: string;

  constructor({ node }: IConstruct, { at, got, allowed }: LabIssue) {
    super(`${node.path}: ${at === undefined ? "" : `${at}: `}got ${got}, allowed ${allowed}`);
    this.path = node.path;
    this.got = got;
    this.allowed = allowed;
  }
}

/** What stands in a list or map, or else a mistake of the construct's. @throws LabError that names what there is */
export function found<T>(scope: IConstruct, at: string, all: ReadonlyMap<string, T>, name: string): T {
  const one = all.get(name);
  if (one !== undefined) return one;
  throw new LabError(scope, { at, got: JSON.stringify(name), allowed: [...all.keys()].join(", ") || "none" });
}
