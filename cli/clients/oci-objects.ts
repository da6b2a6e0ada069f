/** Lists what an account has of a lab: objects with its tag, boot volumes that were kept, compartments of its name. */
import { z } from "zod";
import type { InventoryItem } from "../../sandbox/client.ts";
import { visibleLine } from "../ui/visible.ts";
import type { Oci, Service } from "./oci.ts";

interface Kind {
  /** Terraform's name of it. */
  readonly type: string;
  readonly service: Service;
  readonly path: string;
}

/** The kinds that are looked for. */
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

const volume = z.object({
  id: z.string(),
  displayName: z.string(),
  availabilityDomain: z.string(),
  lifecycleState: z.string(),
  sizeInGBs: z.number(),
});
const attachment = z.object({ bootVolumeId: z.string(), instanceId: z.string() });
const instance = z.object({ id: z.string(), lifecycleState: z.string() });

/** A boot volume that no instance has. */
export type PreservedBootVolume = z.infer<typeof volume>;

/**
 * Boot volumes of a compartment that were these hosts' and that no instance has: the console keeps them when it terminates an
 * instance, unless asked otherwise. OCI gives them the instance's name, and none
 * of its tags.
 *
 * @throws OciError in one line
 */
export async function preservedBootVolumes(
  account: Oci,
  compartmentId: string,
  hosts: readonly string[],
): Promise<readonly PreservedBootVolume[]> {
  const names = new Set(hosts.map((host) => `${host} (Boot Volume)`));
  const all = await account.list("storage", `/20160918/bootVolumes?compartmentId=${compartmentId}`, volume);
  const theirs = all.filter((each) => names.has(each.displayName) && each.lifecycleState === "AVAILABLE");
  if (theirs.length === 0) return [];
  const instances = await account.list("compute", `/20160918/instances?compartmentId=${compartmentId}`, instance);
  const living = new Set(instances.filter(({ lifecycleState }) => !GONE.has(lifecycleState)).map(({ id }) => id));
  const domains = [...new Set(theirs.map(({ availabilityDomain }) => availabilityDomain))];
  const lists = await Promise.all(
    domains.map((domain) => {
      const query = `availabilityDomain=${encodeURIComponent(domain)}&compartmentId=${compartmentId}`;
      return account.list("compute", `/20160918/bootVolumeAttachments?${query}`, attachment);
    }),
  );
  // Attachments of instances that are gone are listed for a while.
  const taken = lists.flat().filter(({ instanceId }) => living.has(instanceId));
  return theirs.filter(({ id }) => !taken.some(({ bootVolumeId }) => bootVolumeId === id));
}

const compartment = z.object({ id: z.string(), name: z.string(), lifecycleState: z.string() });

/**
 * Compartments of a name under the root: a deleted one gets another name once it is gone.
 *
 * @returns those there are, whatever state they are in: ACTIVE, DELETING, …
 * @throws OciError in one line
 */
export async function compartmentsNamed(account: Oci, name: string): Promise<readonly z.infer<typeof compartment>[]> {
  const path = `/20160918/compartments?compartmentId=${account.tenancy}&name=${encodeURIComponent(name)}`;
  return (await account.list("identity", path, compartment)).filter((each) => each.name === name);
}
