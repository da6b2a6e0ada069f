/** The vote of a machine that is no member: corosync-qdevice on the nodes, corosync-qnetd on the machine. */
import { parseYaml } from "../../../config/yaml.ts";
import { z } from "zod";
import { isUp } from "../../oci/resources/boot.ts";
import { reaches } from "../../reach/index.ts";
import type { Instance } from "../../oci/resources/instance.ts";
import type { Datacenter, PveHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";

/** Where corosync-qnetd listens (TCP). */
export const QNETD_PORT = 5403;

const cloudConfig = z.looseObject({ packages: z.array(z.string()).default([]) });

/** The running machine at an address. */
export function machineAt(world: World, address: string): Instance | undefined {
  const { instances } = world.state.oci;
  return instances.find((each) => each.privateIp === address && isUp(world, each));
}

/** Whether cloud-init has installed corosync-qnetd on a machine. */
export function hasQnetd({ userData }: Instance): boolean {
  if (!userData.startsWith("#cloud-config")) return false;
  try {
    return cloudConfig.parse(parseYaml(userData)).packages.includes("corosync-qnetd");
  } catch {
    return false;
  }
}

/** How the QDevice of a node does; null where none runs on it. */
export function qdeviceState(
  world: World,
  { corosync }: Datacenter,
  host: PveHost,
): "Connected" | "Connect failed" | null {
  const qdevice = corosync?.qdevice;
  if (qdevice === undefined || !qdevice.nodes.includes(host.instanceId)) return null;
  const machine = machineAt(world, qdevice.host);
  const answers =
    machine !== undefined &&
    hasQnetd(machine) &&
    machine.bootVolumeId === qdevice.signer &&
    reaches(world, { from: host.address, to: qdevice.host, protocol: "tcp", port: QNETD_PORT });
  return answers ? "Connected" : "Connect failed";
}
