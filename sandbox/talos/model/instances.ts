/** Instances of the cloud that boot Talos themselves: its oracle platform has a machine configured by user data from its first moment on. */
import { macAddress } from "../../oci/api/vnics.ts";
import { isUp } from "../../oci/resources/boot.ts";
import type { Instance } from "../../oci/resources/instance.ts";
import type { World } from "../../world/world.ts";
import type { Guest } from "./guests.ts";
import { configure, MachineError } from "./machines.ts";

const GIB = 1024 ** 3;

/** Whether it boots Talos, by what its image's object is called: the lab's own name, or the factory's. */
export function bootsTalos({ imageObject }: Pick<Instance, "imageObject">): boolean {
  return imageObject !== null && /(^|\W)talos\W|oracle-(arm64|amd64)/.test(imageObject);
}

function guestOf(world: World, instance: Instance): Guest {
  const subnet = world.state.oci.subnets.find(({ id }) => id === instance.vnic.subnetId);
  const [network = "", prefixLength] = (subnet?.cidrBlock ?? "").split("/");
  const { displayName, privateIp, bootVolumeId, ocpus, memoryGb, bootVolumeGb, imageObject } = instance;
  return {
    vmId: null,
    host: displayName,
    name: displayName,
    address: privateIp,
    prefixLength: Number(prefixLength ?? 32),
    // The first address of a subnet is its virtual router.
    gateway: subnet ? network.replace(/\d+$/, (last) => String(Number(last) + 1)) : null,
    mac: macAddress(instance.vnic.id),
    generation: bootVolumeId,
    vcpus: ocpus,
    memoryMb: memoryGb * 1024,
    diskBytes: bootVolumeGb * GIB,
    imageVersion: /(?<![\d.])\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?/.exec(imageObject ?? "")?.[0] ?? "",
    platform: "oracle",
  };
}

/** Those that are up, whatever they were told. */
function booted(world: World): readonly { readonly instance: Instance; readonly guest: Guest }[] {
  return world.state.oci.instances
    .filter((instance) => bootsTalos(instance) && isUp(world, instance))
    .map((instance) => ({ instance, guest: guestOf(world, instance) }));
}

/** Those that boot Talos and are not up now. */
export function stoppedInstances(world: World): readonly Guest[] {
  return world.state.oci.instances
    .filter((instance) => bootsTalos(instance) && instance.state !== "TERMINATED" && !isUp(world, instance))
    .map((instance) => guestOf(world, instance));
}

/**
 * First boots happen here. Without user data a machine is in maintenance mode, as on any platform; one with a configuration that Talos
 * refuses reboots for ever, and nothing listens on it.
 */
export function talosInstances(world: World): readonly Guest[] {
  const all = booted(world);
  return all.flatMap(({ instance: { userData }, guest }) => {
    const entry = world.state.talos[guest.address];
    if (userData === "" || (entry?.vmId === null && entry.generation === guest.generation)) return [guest];
    try {
      configure(world, () => all.map((each) => each.guest), { stage: "maintenance", guest }, userData);
    } catch (error) {
      if (error instanceof MachineError) return [];
      throw error;
    }
    const made = world.state.talos[guest.address];
    if (made) made.byUserData = true;
    return [guest];
  });
}

/** A machine that switched itself off: its instance stops. */
export function stopInstance(world: World, { address }: Pick<Guest, "address">): void {
  const instance = world.state.oci.instances.find(
    ({ state, privateIp }) => state === "RUNNING" && privateIp === address,
  );
  if (instance) instance.state = "STOPPED";
  world.changed();
}
