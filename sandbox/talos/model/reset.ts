/** Reset: what of a machine's disk is wiped, and what becomes of it then (siderolabs/talos v1.13.9, Server.Reset). */
import type { World } from "../../world/world.ts";
import type { GuestsOf, PowerOff } from "./guests.ts";
import { configuredMachines, clusterOf, type ConfiguredMachine, isRunning, MachineError } from "./machines.ts";
import { reboot } from "./lifecycle.ts";

/** Partitions that can be wiped by their labels; those of the boot loader are no volumes. */
const LABELS = ["META", "STATE", "EPHEMERAL"];
const SYSTEM_DISK = "/dev/sda";
/** A machine takes a while to boot, and those that are reset at the same time have lost their data by then, too. */
const BOOT_MS = 1000;

/** What a reset needs of the world. */
interface ResetWorld {
  readonly world: World;
  readonly guestsOf: GuestsOf;
  readonly powerOff: PowerOff;
}

/** What is asked. */
export interface ResetRequest {
  /** Leave etcd in good order first. */
  readonly graceful: boolean;
  readonly reboot: boolean;
  /** Of partitions that are wiped; empty: all of the system disk. @default - STATE and EPHEMERAL, as the provider has it */
  readonly labels?: readonly string[];
  readonly userDisks?: readonly string[];
  readonly mode?: "ALL" | "SYSTEM_DISK" | "USER_DISKS";
}

/**
 * Wipes a machine: without STATE it is back in maintenance mode, without its system disk nothing boots any more. Where it is
 * not to reboot, it switches itself off.
 * @throws MachineError for partitions and disks that it does not have, and for a graceful reset of the last member of etcd,
 * which would wait for ever.
 */
export function reset(
  { world, guestsOf, powerOff }: ResetWorld,
  machine: ConfiguredMachine,
  request: ResetRequest,
): void {
  const { guest } = machine;
  wipe(world, guestsOf, machine, request);
  if (!request.reboot) powerOff(world, guest);
}

function wipe(world: World, guestsOf: GuestsOf, machine: ConfiguredMachine, request: ResetRequest): void {
  const { guest, entry } = machine;
  const { labels = ["STATE", "EPHEMERAL"], mode = "ALL" } = request;
  check(request, labels, mode);
  if (mode !== "USER_DISKS" && request.graceful) leaveInOrder(world, guestsOf, machine);
  if (mode === "USER_DISKS") {
    if (request.reboot) reboot(world, guestsOf, machine);
    return;
  }
  if (labels.length === 0) {
    world.state.talos[guest.address] = { ...entry, configuration: null, etcdSince: null, bootstrapped: false };
    delete world.state.talos[guest.address]?.holds;
  } else {
    if (labels.includes("META")) delete entry.meta;
    if (labels.includes("EPHEMERAL")) wipeEphemeral(machine);
    if (labels.includes("STATE")) delete world.state.talos[guest.address];
    else if (request.reboot) reboot(world, guestsOf, machine);
  }
  world.changed();
  if (request.reboot) setTimeout(() => rejoin(world, guestsOf, guest.address), BOOT_MS).unref();
}

function check(
  { userDisks = [] }: ResetRequest,
  labels: readonly string[],
  mode: NonNullable<ResetRequest["mode"]>,
): void {
  const fail = (message: string): never => {
    throw new MachineError("Unknown", message);
  };
  if (userDisks.length > 0 && mode === "SYSTEM_DISK")
    fail("reset failed: invalid input, wipe mode SYSTEM_DISK doesn't support UserDisksToWipe parameter");
  for (const disk of userDisks)
    fail(`reset user disk failed: device ${disk} ${disk === SYSTEM_DISK ? "is the system disk" : "wasn't found"}`);
  if (labels.length > 0 && mode === "USER_DISKS")
    fail("reset failed: invalid input, wipe mode USER_DISKS doesn't support SystemPartitionsToWipe parameter");
  for (const label of labels)
    if (!LABELS.includes(label))
      fail(
        `failed to get volume status with label ${JSON.stringify(label)}: ` +
          `resource VolumeStatuses.block.talos.dev(runtime/${label}@undefined) doesn't exist`,
      );
}

function leaveInOrder(world: World, guestsOf: GuestsOf, { entry, facts }: ConfiguredMachine): void {
  if (entry.etcdSince === null) return;
  const members = clusterOf(configuredMachines(world, guestsOf), facts).filter((each) => each.entry.etcdSince !== null);
  if (members.length > 1) return;
  throw new MachineError(
    "FailedPrecondition",
    "a graceful reset of the last control plane never ends, etcd has no other member left: " +
      "set on_destroy.graceful = false",
  );
}

/** What is on it: etcd's data, images, logs. */
function wipeEphemeral({ entry }: ConfiguredMachine): void {
  entry.etcdSince = null;
  entry.bootstrapped = false;
  delete entry.images;
  delete entry.snapshot;
  delete entry.holds;
}

/** A control plane without etcd's data joins the cluster again, where there is one once it has booted. */
function rejoin(world: World, guestsOf: GuestsOf, address: string): void {
  const all = configuredMachines(world, guestsOf);
  const machine = all.find(({ guest }) => guest.address === address);
  if (machine?.facts.role !== "control-plane" || machine.entry.etcdSince !== null) return;
  if (isRunning(clusterOf(all, machine.facts))) machine.entry.etcdSince = world.now();
  world.changed();
}
