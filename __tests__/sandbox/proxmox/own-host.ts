/** A host at home, called pve: x86-64 with KVM, as Proxmox VE's installer leaves it. */
import { addOwnHost } from "../../../sandbox/proxmox/model/own-hosts.ts";
import { type Client, rootClient } from "./client.ts";
import { worldWith } from "./world.ts";

/** Logged in there as root@pam. */
export async function ownHost(): Promise<Client> {
  const world = worldWith();
  const { rootPassword } = addOwnHost(world, { name: "pve", cpus: 8, memoryGb: 32, diskGb: 500 }, { api: 1, ssh: 2 });
  return rootClient(world, "pve", rootPassword);
}
