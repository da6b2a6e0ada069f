/** A boot volume that a plan would make smaller, which OCI refuses in the middle of the apply. */
import { z } from "zod";
import { CliError } from "../errors.ts";
import type { PlanDocument } from "./plan-document.ts";

const instance = z.object({
  display_name: z.string(),
  source_details: z.tuple([z.object({ boot_volume_size_in_gbs: z.coerce.number() })]),
});

/**
 * Refuses it. An instance that is made anew gets a new volume, of any size.
 *
 * @throws CliError in one line
 */
export function refuseShrinking({ changes }: Pick<PlanDocument, "changes">): void {
  for (const [address, { actions, before, after }] of changes) {
    if (!address.startsWith("oci_core_instance.") || actions.join() !== "update") continue;
    const [is, wanted] = [instance.safeParse(before), instance.safeParse(after)];
    if (!is.success || !wanted.success) continue;
    const [{ boot_volume_size_in_gbs: has }] = is.data.source_details;
    const [{ boot_volume_size_in_gbs: got }] = wanted.data.source_details;
    if (got >= has) continue;
    throw new CliError(
      `bootVolumeGb of ${is.data.display_name}: got ${got}, allowed ${has} or more: a boot volume grows only; ` +
        "for a smaller one terminate the instance in Oracle's console, with its boot volume, and deploy again",
    );
  }
}
