/** What `pvecm qdevice` does on a host (pve-cluster 9.1.6, PVE/CLI/pvecm.pm), with what it asks of SSH and of the other machine. */
import { reaches } from "../reach/index.ts";
import { rootRsaKey, shellFiles } from "./files.ts";
import { hostKeyOf, mayLogIn } from "./hosts.ts";
import type { Corosync } from "../world/proxmox.ts";
import { membersOnline, type Pve } from "../proxmox/model/context.ts";
import { failure } from "../proxmox/model/errors.ts";
import { hasQnetd, machineAt } from "../proxmox/model/qdevice.ts";

const SSH = 22;

/** Which are all of the cluster's. */
function assertAllOnline({ world, datacenter }: Pve): Corosync {
  const { corosync } = datacenter;
  if (!corosync)
    throw failure("Error: Corosync config '/etc/pve/corosync.conf' does not exist - is this node part of a cluster?");
  const online = new Set(membersOnline(world, datacenter).map(({ instanceId }) => instanceId));
  const missing = corosync.nodes.find(({ instanceId }) => !online.has(instanceId));
  if (missing) throw failure(`All nodes must be online! Node ${missing.name} is offline, aborting.`);
  return corosync;
}

/** @throws PveError in pvecm's words */
export function setUpQdevice(pve: Pve, address: string): void {
  const { world, host, datacenter } = pve;
  const corosync = assertAllOnline(pve);
  if (corosync.qdevice) throw failure("QDevice already configured!");
  if (corosync.nodes.length % 2 === 1) throw failure("Clusters with an odd node count are not officially supported!");
  const machine = machineAt(world, address);
  if (!machine || !reaches(world, { from: host.address, to: address, protocol: "tcp", port: SSH }))
    throw failure(`ssh: connect to host ${address} port 22: Connection timed out`);
  const own = shellFiles(world, host.bootVolumeId);
  const pinned = `${address} ${hostKeyOf(world, machine)}`;
  if (!own.knownHosts.includes(pinned)) throw failure("Host key verification failed.");
  if (!mayLogIn(world, machine, rootRsaKey(host))) throw failure(`root@${address}: Permission denied (publickey).`);
  if (own.qdeviceStore) throw failure("QDevice certificate store already initialised, set force to delete!");
  if (!hasQnetd(machine)) throw failure("corosync-qnetd-certutil: command not found");
  const members = membersOnline(world, datacenter);
  for (const member of members) {
    const files = shellFiles(world, member.bootVolumeId);
    // Certificates of another authority are not gone over.
    if (files.qdeviceStore && member.instanceId !== host.instanceId)
      throw failure(`node '${member.name}': pk12util: PKCS12 IMPORT failed: the store is of another authority`);
    files.qdeviceStore = true;
  }
  corosync.qdevice = {
    host: address,
    signer: machine.bootVolumeId,
    nodes: members.map(({ instanceId }) => instanceId),
  };
  corosync.version += 1;
  world.changed();
}

/** @throws PveError in pvecm's words */
export function removeQdevice(pve: Pve): void {
  const { world, datacenter } = pve;
  const corosync = assertAllOnline(pve);
  if (!corosync.qdevice) throw failure("No QDevice configured!");
  delete corosync.qdevice;
  corosync.version += 1;
  for (const member of membersOnline(world, datacenter)) shellFiles(world, member.bootVolumeId).qdeviceStore = false;
  world.changed();
}
