/** Boot volumes that outlived their hosts: the console keeps them when it terminates an instance, unless it is told otherwise. */
import { z } from "zod";
import type { Oci } from "./client.ts";
import { GONE } from "./tagged.ts";

const volume = z.object({
  id: z.string(),
  displayName: z.string(),
  availabilityDomain: z.string(),
  lifecycleState: z.string(),
  sizeInGBs: z.number(),
});
const attachment = z.object({ bootVolumeId: z.string(), instanceId: z.string() });
const instance = z.object({ id: z.string(), lifecycleState: z.string() });

export type PreservedBootVolume = z.infer<typeof volume>;

/**
 * Boot volumes of a compartment that were these hosts' and that no instance has. OCI gives them the instance's name, and none
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
