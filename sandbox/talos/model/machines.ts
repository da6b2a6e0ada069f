/** The machines of the world and what can be done to them: the part of Talos' API that the provider calls. */
import type { TalosMachine } from "../../world/talos.ts";
import type { World } from "../../world/world.ts";
import { readConfiguration } from "./config/documents.ts";
import { factsOf, type MachineFacts } from "./config/facts.ts";
import { problemsOf } from "./config/validate.ts";
import { ConfigError } from "./config/value.ts";
import type { Guest, GuestsOf } from "./guests.ts";
import { record } from "./journal.ts";

/** A machine that has a configuration. */
export interface ConfiguredMachine {
  readonly stage: "configured";
  readonly guest: Guest;
  readonly entry: TalosMachine;
  readonly facts: MachineFacts;
}

/** A machine in any stage. */
interface Booted {
  readonly guest: Guest;
  readonly entry?: TalosMachine;
}

/** A virtual machine with Talos, by what it does. */
export type Machine =
  | { readonly stage: "maintenance"; readonly guest: Guest }
  | { readonly stage: "off"; readonly guest: Guest }
  | ConfiguredMachine;

/** gRPC status codes, as they show in the provider's errors. */
export type Code =
  | "AlreadyExists"
  | "FailedPrecondition"
  | "InvalidArgument"
  | "NotFound"
  | "PermissionDenied"
  | "ResourceExhausted"
  | "Unknown"
  | "Unavailable"
  | "Unimplemented";

/** What a machine answers instead of doing it. */
export class MachineError extends Error {
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.name = "MachineError";
    this.code = code;
  }
}

/** Null where no running virtual machine has the address and a Talos image. */
export function machineAt(world: World, guestsOf: GuestsOf, address: string): Machine | null {
  const guest = guestsOf(world).find((candidate) => candidate.address === address);
  return guest ? machineOn(world, guest) : null;
}

/** Every machine that has a configuration now. */
export function configuredMachines(world: World, guestsOf: GuestsOf): readonly ConfiguredMachine[] {
  return guestsOf(world).flatMap((guest) => {
    const machine = machineOn(world, guest);
    return machine.stage === "configured" ? [machine] : [];
  });
}

function machineOn(world: World, guest: Guest): Machine {
  const entry = world.state.talos[guest.address];
  if (!entry || entry.vmId !== guest.vmId || entry.generation !== guest.generation)
    return { stage: "maintenance", guest };
  if (entry.configuration === null) return { stage: "off", guest };
  return { stage: "configured", guest, entry, facts: factsOfEntry(entry, entry.configuration, guest.address) };
}

/** Of an image that does not say which Talos it is. */
const UNNAMED_IMAGE = "1.13.0";

/**
 * The Talos that a machine runs: that of the image it booted, or was upgraded to since. What its configuration names as
 * `machine.install.image` is for an installation to come: applying it upgrades nothing.
 */
export function talosOf({ guest, entry }: Booted): string {
  return entry?.upgradedTo ?? (guest.imageVersion || UNNAMED_IMAGE);
}

/** Each call looks at every machine: what is known of one is found without reading its configuration's text. */
const entries = new WeakMap<TalosMachine, { readonly configuration: string; readonly facts: MachineFacts }>();

function factsOfEntry(entry: TalosMachine, configuration: string, address: string): MachineFacts {
  const known = entries.get(entry);
  if (known?.configuration === configuration) return known.facts;
  const facts = knownFacts(configuration, address);
  entries.set(entry, { configuration, facts });
  return facts;
}

/** Reading a configuration takes about 3 ms (measured). */
const facts = new Map<string, MachineFacts>();

function knownFacts(configuration: string, address: string): MachineFacts {
  const key = `${address} ${configuration}`;
  const found = facts.get(key) ?? factsOf(configuration, address);
  if (facts.size > 256) facts.clear();
  facts.set(key, found);
  return found;
}

/** The machines of one cluster: same id, same authority. */
export function clusterOf(
  machines: readonly ConfiguredMachine[],
  { cluster }: MachineFacts,
): readonly ConfiguredMachine[] {
  return machines.filter(
    ({ facts }) =>
      facts.cluster.id === cluster.id && facts.cluster.authority.certificate === cluster.authority.certificate,
  );
}

/** A cluster runs as long as a control plane has its etcd. */
export function isRunning(members: readonly ConfiguredMachine[]): boolean {
  return members.some(({ entry }) => entry.etcdSince !== null);
}

/**
 * Gives a machine its configuration; a control plane of a running cluster joins it.
 * @throws MachineError InvalidArgument for one that Talos would refuse.
 */
export function configure(world: World, guestsOf: GuestsOf, machine: Machine, configuration: string): void {
  const { guest } = machine;
  const facts = checked(configuration, machine);
  const others = configuredMachines(world, guestsOf).filter((other) => other.guest.address !== guest.address);
  const before = machine.stage === "configured" ? machine.entry : null;
  const joins = facts.role === "control-plane" && isRunning(clusterOf(others, facts));
  // What waited is used, and what it booted with is not what it has any more.
  const { staged: _used, byUserData: _booted, ...kept } = before ?? {};
  const entry = {
    ...kept,
    vmId: guest.vmId,
    generation: guest.generation,
    configuration,
    configuredAt: before?.configuredAt ?? world.now(),
    etcdSince: before?.etcdSince ?? (joins ? world.now() : null),
    bootstrapped: before?.bootstrapped ?? false,
  };
  world.state.talos[guest.address] = entry;
  if (!before) record(entry, world.now(), "machined", "entering machine config acquisition stage: config received");
  record(entry, world.now(), "machined", before ? "machine config was changed" : `machine type is ${facts.role}`);
  if (joins && !before?.etcdSince) record(entry, world.now(), "etcd", "joined the cluster");
  world.changed();
}

/** @throws MachineError InvalidArgument for a configuration that Talos would refuse. */
export function checked(configuration: string, machine: Booted): MachineFacts {
  try {
    const [first, ...more] = problemsOf(readConfiguration(configuration), talosOf(machine));
    if (first !== undefined) throw new ConfigError([first, ...more].join("; "));
    return knownFacts(configuration, machine.guest.address);
  } catch (error) {
    if (error instanceof ConfigError) throw new MachineError("InvalidArgument", error.message);
    throw error;
  }
}

/**
 * Starts etcd on a control plane, and with it the cluster that its other control planes then join.
 * @throws MachineError when it is no control plane, or etcd has data already.
 */
export function bootstrap(world: World, guestsOf: GuestsOf, machine: ConfiguredMachine): void {
  controlPlaneOnly(machine, "bootstrap");
  const members = clusterOf(configuredMachines(world, guestsOf), machine.facts);
  if (isRunning(members)) throw new MachineError("AlreadyExists", "etcd data directory is not empty");
  forgetClusters(world, configuredMachines(world, guestsOf));
  for (const { entry, facts } of members) {
    if (facts.role !== "control-plane") continue;
    entry.etcdSince = world.now();
    record(entry, world.now(), "etcd", entry === machine.entry ? "bootstrapped a new cluster" : "joined the cluster");
  }
  machine.entry.bootstrapped = true;
  world.changed();
}

/** What etcd held is gone with it: of this cluster, and of others that run no more. */
function forgetClusters(world: World, machines: readonly ConfiguredMachine[]): void {
  const running = new Set(machines.flatMap(({ facts, entry }) => (entry.etcdSince === null ? [] : [facts.cluster.id])));
  for (const id of Object.keys(world.state.kubernetes ?? {})) if (!running.has(id)) delete world.state.kubernetes?.[id];
}

/** @throws MachineError on workers, which have no key to sign a kubeconfig with. */
export function controlPlaneOnly({ facts }: ConfiguredMachine, api: string): void {
  if (facts.role === "control-plane") return;
  throw new MachineError("Unimplemented", `${api} is only available on control plane nodes`);
}
