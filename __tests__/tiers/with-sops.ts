/** Tests that need sops, and say so where it is not there. */
import { cachedTool, SOPS } from "../../cli/engine/terraform/tools.ts";

/** The built program; undefined where `npx lab tools build sops` has not run. */
export const sops = cachedTool(SOPS);

export const describeWithSops =
  sops === undefined
    ? (name: string) => it.skip(`${name} (skipped: no sops; npx lab tools build sops)`, () => undefined)
    : describe;
