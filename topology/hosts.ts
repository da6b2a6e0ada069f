/** The instances: Proxmox VE hosts and the micro. */
import type { CloudConfig, HostConfig } from "../config/schema.ts";
import { slotOf } from "../config/fields.ts";
import { hostAddress, microAddress } from "./addresses.ts";
import { roomOf } from "./capacity.ts";
import { hostPort, hostSshPort, microSshPort, templateVmId } from "./ports.ts";
import type { FaultDomain, HostPlan, MicroPlan } from "./types.ts";

/** Spread instances alternate between fault domains, by their number: the loss of one then affects as few of them as possible. */
export function turnOf(slot: number): FaultDomain {
  const rest = slot % 3;
  if (rest === 1) return 1;
  return rest === 2 ? 2 : 3;
}

/** The domain that the first two hosts do not use. */
const MICRO_FAULT_DOMAIN = 3;

function planHost(config: CloudConfig, host: HostConfig): HostPlan {
  const slot = slotOf(host.name);
  const room = roomOf(host);
  return {
    name: host.name,
    slot,
    address: hostAddress(config.network.subnet, host.name),
    // `internal` is set aside for private names (ICANN, 2024), so no resolver outside ever answers for it.
    fqdn: `${host.name}.${config.name}.internal`,
    ocpus: host.ocpus,
    memoryGb: host.memoryGb,
    bootVolumeGb: host.bootVolumeGb,
    faultDomain: host.faultDomain ?? (config.oci.spreadHosts ? turnOf(slot) : null),
    vcpus: room.vcpus,
    guestMemoryMb: room.memoryMb,
    guestDiskGb: room.diskGb,
    templateVmId: templateVmId(host.name),
    apiPort: hostPort(config, host.name),
    sshPort: hostSshPort(config, host.name),
  };
}

/** In the order of their numbers, whatever the order in the config. */
export function planHosts(config: CloudConfig): readonly HostPlan[] {
  return config.hosts.map((host) => planHost(config, host)).toSorted((a, b) => a.slot - b.slot);
}

/** The micro, or null where the lab has none. */
export function planMicro(config: CloudConfig): MicroPlan | null {
  const { micro, network, oci } = config;
  if (micro === null) return null;
  return {
    name: micro.name,
    address: microAddress(network.subnet),
    sshPort: microSshPort(config),
    availabilityDomain: micro.availabilityDomain ?? oci.availabilityDomain,
    bootVolumeGb: micro.bootVolumeGb,
    faultDomain: micro.faultDomain ?? (oci.spreadHosts ? MICRO_FAULT_DOMAIN : null),
  };
}
