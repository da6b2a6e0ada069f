/** What rules about a config are made of. */
import type { ConfigIssue } from "./errors.ts";
import type { LabConfig } from "./schema.ts";

/** Looks at a config whose fields are well-formed. */
export type Rule = (config: LabConfig) => readonly ConfigIssue[];

/** One line where there is something that has no place there. */
export function nothing(
  isThere: boolean,
  path: readonly PropertyKey[],
  got: string,
  allowed: string,
): readonly ConfigIssue[] {
  return isThere ? [{ path, got, allowed }] : [];
}
