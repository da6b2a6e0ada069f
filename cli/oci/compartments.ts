/** Compartments of a name under the root: a deleted one gets another name once it is gone. */
import { z } from "zod";
import type { Oci } from "./client.ts";

/** @returns their states: ACTIVE, DELETING, … @throws OciError in one line */
export async function compartmentsNamed(account: Oci, name: string): Promise<readonly string[]> {
  const path = `/20160918/compartments?compartmentId=${account.tenancy}&name=${encodeURIComponent(name)}`;
  const found = await account.list("identity", path, z.object({ name: z.string(), lifecycleState: z.string() }));
  return found.filter((each) => each.name === name).map(({ lifecycleState }) => lifecycleState);
}
