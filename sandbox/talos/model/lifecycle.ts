/** What a machine does over time: configurations that wait or are tried, reboots, upgrades. */
import type { World } from "../../world/world.ts";
import type { GuestsOf } from "./guests.ts";
import { record } from "./journal.ts";
import {
  checked,
  configure,
  type ConfiguredMachine,
  type Machine,
  machineAt,
  MachineError,
  talosOf,
} from "./machines.ts";
import { imageVersion } from "./config/versions.ts";

/** Configurations that are being tried, by address, with what ends the trial. */
const trials = new WeakMap<World, Map<string, NodeJS.Timeout>>();

function trialsOf(world: World): Map<string, NodeJS.Timeout> {
  const known = trials.get(world) ?? new Map<string, NodeJS.Timeout>();
  trials.set(world, known);
  return known;
}

/** Any other configuration ends a trial. */
export function endTrial(world: World, address: string): void {
  clearTimeout(trialsOf(world).get(address));
  trialsOf(world).delete(address);
}

/** A timer of Node's waits no longer, and with more not at all. */
const LONGEST_MS = 2 ** 31 - 1;

/** Gives a machine a configuration for a while; then it has the present one again. */
export function tryOut(
  world: World,
  guestsOf: GuestsOf,
  { guest, entry }: ConfiguredMachine,
  configuration: string,
  milliseconds: number,
): void {
  const before = entry.configuration;
  const takeBack = (): void => {
    const machine = machineAt(world, guestsOf, guest.address);
    if (before === null || machine?.stage !== "configured" || machine.entry.configuration !== configuration) return;
    configure(world, guestsOf, machine, before);
  };
  configure(world, guestsOf, machineOf(world, guestsOf, guest.address), configuration);
  endTrial(world, guest.address);
  trialsOf(world).set(guest.address, setTimeout(takeBack, Math.min(milliseconds, LONGEST_MS)).unref());
}

/** Keeps a configuration for the next reboot. */
export function stage(world: World, machine: ConfiguredMachine, configuration: string): void {
  checked(configuration, machine);
  machine.entry.staged = configuration;
  world.changed();
}

/** The machine is back at once; a configuration that waited is what it runs on, and a system that was installed. */
export function reboot(world: World, guestsOf: GuestsOf, machine: ConfiguredMachine): void {
  const { guest, entry } = machine;
  if (entry.installed !== undefined) {
    entry.previous = talosOf(machine);
    entry.upgradedTo = entry.installed;
    delete entry.installed;
  }
  entry.boots = (entry.boots ?? 0) + 1;
  entry.bootedAt = world.now();
  record(entry, world.now(), "machined", `booted Talos v${talosOf(machine)}`);
  world.changed();
  if (entry.staged !== undefined) configure(world, guestsOf, machineOf(world, guestsOf, guest.address), entry.staged);
}

/**
 * Writes another Talos beside the one that runs; the next boot starts it.
 * @throws MachineError for an image that names no version of Talos.
 */
export function install(world: World, { entry }: ConfiguredMachine, image: string): void {
  const version = imageVersion(image);
  if (version === "") {
    throw new MachineError(
      "InvalidArgument",
      `error validating installer image "${image}": the sandbox reads the version from its tag, such as :v1.13.9`,
    );
  }
  entry.installed = version;
  record(entry, world.now(), "machined", `installed Talos v${version} of ${image}`);
  world.changed();
}

/** @throws MachineError for an image that names no version of Talos. */
export function upgrade(world: World, guestsOf: GuestsOf, machine: ConfiguredMachine, image: string): void {
  install(world, machine, image);
  reboot(world, guestsOf, machine);
}

/** Boots the Talos that ran before the last upgrade. @throws MachineError where there is none */
export function rollback(world: World, guestsOf: GuestsOf, machine: ConfiguredMachine): void {
  const { previous } = machine.entry;
  if (previous === undefined) throw new MachineError("Unknown", "previous boot entry not found: nothing was upgraded");
  machine.entry.installed = previous;
  reboot(world, guestsOf, machine);
}

function machineOf(world: World, guestsOf: GuestsOf, address: string): Machine {
  const machine = machineAt(world, guestsOf, address);
  if (!machine) throw new MachineError("Unavailable", `the machine ${address} is gone`);
  return machine;
}
