/** Why a host does not let us in, as far as its cloud knows. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../errors.ts";
import type { Oci } from "../oci/client.ts";
import { consoleOf } from "../oci/console.ts";
import { bootOf } from "./boot.ts";

export interface Silent {
  readonly name: string;
  /** OCID. */
  readonly instanceId: string;
}

/** For all that OCI is asked. */
const PATIENCE_MS = 90_000;

const instance = z.object({ lifecycleState: z.string() });

/**
 * A sentence on what OCI says of the host: that it does not run, or what its serial console shows, which is written whole
 * into `folder`. Says why where OCI does not tell; never throws.
 */
export async function explainSilence(
  { name, instanceId }: Silent,
  account: (timeout: AbortSignal) => Promise<Oci>,
  folder: string,
): Promise<string> {
  try {
    const oci = await account(AbortSignal.timeout(PATIENCE_MS));
    const { lifecycleState } = await oci.get("compute", `/20160918/instances/${instanceId}`, instance);
    if (lifecycleState === "STOPPED") return "OCI has the instance STOPPED: npx cdktf deploy oci starts it";
    if (lifecycleState !== "RUNNING") return `OCI has the instance ${lifecycleState}, and nothing runs on it`;
    const output = await consoleOf(oci, instanceId);
    const file = join(folder, `console-${name}.log`);
    writeFileSync(file, output, { mode: 0o600 });
    return `its serial console (${file}) shows: ${bootOf(output)}`;
  } catch (error) {
    return `its serial console could not be read: ${messageOf(error)}`;
  }
}
