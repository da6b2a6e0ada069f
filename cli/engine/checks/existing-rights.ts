/** Checks what the API token may do on Proxmox VE hosts of one's own. */
import { z } from "zod";
import { HOMELAB_ROLES } from "../../../topology/privileges.ts";
import type { ExistingTopology } from "../../../topology/types.ts";
import type { Pve } from "../../clients/pve.ts";
import { fail, type Finding, ok } from "../../ui/findings.ts";
import { list } from "../../ui/words.ts";

const vnets = z.array(z.object({ vnet: z.string(), zone: z.string() }));

/** Where the right to the guests' bridge is given: a bridge of the hosts' own is in the zone `localnetwork`. */
async function bridgePath(pve: Pve, bridge: string): Promise<string> {
  // A host without SDN has no such list.
  const found = await pve.get("cluster/sdn/vnets", vnets).catch(() => []);
  return `/sdn/zones/${found.find(({ vnet }) => vnet === bridge)?.zone ?? "localnetwork"}/${bridge}`;
}

/** What the lab does where, and so needs. */
function neededBy(
  { config, hosts }: ExistingTopology,
  bridge: string,
): readonly (readonly [string, readonly string[]])[] {
  const { storage, imageStorage } = config.proxmox;
  return [
    [`/pool/${config.name}`, HOMELAB_ROLES.LabGuests],
    ...hosts.map(({ name }) => [`/nodes/${name}`, HOMELAB_ROLES.LabNodes] as const),
    [`/storage/${storage}`, ["Datastore.AllocateSpace", "Datastore.Audit"]],
    [bridge, ["SDN.Use"]],
    [`/storage/${imageStorage}`, ["Datastore.Allocate", "Datastore.AllocateTemplate", "Datastore.Audit"]],
  ];
}

const permissions = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Whether the token has each privilege where the lab needs it. */
export async function rights(pve: Pve, plan: ExistingTopology): Promise<readonly Finding[]> {
  const bridge = await bridgePath(pve, plan.config.proxmox.network.bridge);
  const found = await Promise.all(
    neededBy(plan, bridge).map(async ([path, needed]) => {
      const has = (await pve.get(`access/permissions?path=${encodeURIComponent(path)}`, permissions))[path] ?? {};
      const missing = needed.filter((privilege) => !(privilege in has));
      return missing.length === 0 ? [] : [`${list(missing)} on ${path}`];
    }),
  );
  const missing = found.flat();
  if (missing.length === 0) return [ok("rights", "all that the lab needs")];
  return [fail("rights", `missing: ${missing.join("; ")}`, "docs/homelab.md has the commands that give them")];
}
