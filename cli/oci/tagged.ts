/** What an account has with a lab's tag: of the kinds that an Always Free account has few of, and that a lab may lose sight of. */
import { z } from "zod";
import type { InventoryItem } from "../../sandbox/client.ts";
import { visibleLine } from "../masking/visible.ts";
import type { Oci, Service } from "./client.ts";

interface Kind {
  /** Terraform's name of it. */
  readonly type: string;
  readonly service: Service;
  readonly path: string;
}

export const KINDS: readonly Kind[] = [
  { type: "oci_core_instance", service: "compute", path: "/20160918/instances" },
  { type: "oci_core_image", service: "compute", path: "/20160918/images" },
  { type: "oci_core_vcn", service: "network", path: "/20160918/vcns" },
  { type: "oci_load_balancer_load_balancer", service: "flexibleBalancers", path: "/20170115/loadBalancers" },
  {
    type: "oci_network_load_balancer_network_load_balancer",
    service: "balancers",
    path: "/20200501/networkLoadBalancers",
  },
];

/** Not there any more, though lists show them for a while. */
export const GONE = new Set(["TERMINATING", "TERMINATED", "DELETING", "DELETED"]);

const object = z.object({
  id: z.string(),
  displayName: z.string().transform(visibleLine),
  lifecycleState: z.string(),
  freeformTags: z.record(z.string(), z.string()).nullish(),
});

/**
 * Objects of a compartment that carry the tag `lab` with this name.
 *
 * @throws OciError in one line
 */
export async function taggedIn(account: Oci, compartmentId: string, lab: string): Promise<readonly InventoryItem[]> {
  const found = await Promise.all(
    KINDS.map(async ({ type, service, path }) => {
      const all = await account.list(service, `${path}?compartmentId=${compartmentId}`, object);
      const own = all.filter(
        ({ freeformTags, lifecycleState }) => freeformTags?.["lab"] === lab && !GONE.has(lifecycleState),
      );
      return own.map(({ id, displayName }) => ({ type, id, name: displayName }));
    }),
  );
  return found.flat();
}
