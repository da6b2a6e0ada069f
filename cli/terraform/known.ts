/**
 * What tools are, remembered by file: asking one costs as much as a tenth of its plan. A file may stand for several versions,
 * as those of tenv and tfenv do, so what a run says of its tool is compared.
 */
import { realpathSync, statSync } from "node:fs";
import { z } from "zod";
import { readIfThere, writeAtomically } from "../files.ts";
import type { Binary } from "./binary.ts";

/** What a tool says of itself. */
export type Identity = Pick<Binary, "product" | "version">;

export interface KnownTools {
  /** Undefined for one that no run has confirmed, or that has been replaced since. */
  recall(path: string): Binary | undefined;
  /**
   * Takes what a run said of its tool: remembered from now on where it is what we went by.
   *
   * @returns what to tell where it is not what was remembered, which is forgotten; null where all is well
   */
  compare(binary: Binary, said: Identity): string | null;
}

const schema = z.record(
  z.string(),
  z.object({ file: z.string(), product: z.literal(["OpenTofu", "Terraform"]), version: z.string() }),
);

/** Tells a file from what takes its place. */
function fingerprint(path: string): string {
  const file = realpathSync(path);
  const { ino, size, mtimeMs } = statSync(file);
  return [file, ino, size, mtimeMs].join(" ");
}

/** @param memory the file in which it is kept */
export function knownTools(memory: string): KnownTools {
  const recall = (path: string): Binary | undefined => {
    try {
      const found = schema.parse(JSON.parse(readIfThere(memory) ?? "{}"))[path];
      if (found?.file !== fingerprint(path)) return undefined;
      return { path, product: found.product, version: found.version };
    } catch {
      return undefined; // damaged, or of another version of ours: the tool can be asked
    }
  };
  return {
    recall,
    compare(binary, said) {
      const { path, product, version } = binary;
      const known = recall(path) !== undefined;
      if (said.product === product && said.version === version) {
        if (!known) writeAtomically(memory, JSON.stringify({ [path]: { file: fingerprint(path), product, version } }));
        return null;
      }
      if (!known) return null;
      writeAtomically(memory, "{}");
      return `${path} is ${said.product} ${said.version} now, where the runs before had ${product} ${version}: run this again`;
    },
  };
}
