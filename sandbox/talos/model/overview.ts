/** The machines and clusters of the world: for people, and for what looks for objects that a state has lost. */
import type { TalosState } from "../../world/talos.ts";
import type { InventoryItem, World } from "../../world/world.ts";
import type { GuestsOf } from "./guests.ts";
import { clusterOf, type ConfiguredMachine, configuredMachines, isRunning, talosOf } from "./machines.ts";

/** Clusters and machines, for people. */
export interface TalosOverview {
  readonly clusters: readonly ClusterOverview[];
  /** Machines that run Talos and have no configuration yet. */
  readonly inMaintenance: readonly string[];
}

interface ClusterOverview {
  readonly name: string;
  readonly endpoint: string;
  /** `unreachable`: no control plane that has its etcd is up. */
  readonly state: "configured" | "running" | "unreachable";
  readonly kubernetes: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly role: "control-plane" | "worker";
    readonly address: string;
    readonly talos: string;
    /** It is not while it is stopped, or its host is down. */
    readonly up: boolean;
  }[];
}

/** The overview now: of the machines that run, and of the configured ones among those that do not. */
export function overviewOf(world: World, guestsOf: GuestsOf, stoppedOf: GuestsOf): TalosOverview {
  const running = configuredMachines(world, guestsOf);
  const machines = [...running, ...configuredMachines(world, stoppedOf)];
  const firsts = machines.filter((machine) => clusterOf(machines, machine.facts)[0] === machine);
  const configured = new Set(running.map(({ guest }) => guest.address));
  return {
    clusters: firsts.map((first) => describe(clusterOf(machines, first.facts), first, new Set(running))),
    inMaintenance: guestsOf(world).flatMap(({ name, address }) => (configured.has(address) ? [] : [name])),
  };
}

function describe(
  members: readonly ConfiguredMachine[],
  { facts }: ConfiguredMachine,
  up: ReadonlySet<ConfiguredMachine>,
): ClusterOverview {
  const answers = isRunning(members.filter((member) => up.has(member)));
  return {
    name: facts.cluster.name,
    endpoint: facts.cluster.endpoint,
    state: answers ? "running" : isRunning(members) ? "unreachable" : "configured",
    kubernetes: facts.kubernetesVersion,
    nodes: members.toSorted(byName).map((member) => ({
      name: member.facts.hostname,
      role: member.facts.role,
      address: member.guest.address,
      talos: talosOf(member),
      up: up.has(member),
    })),
  };
}

function byName({ facts: one }: ConfiguredMachine, { facts: other }: ConfiguredMachine): number {
  const rank = Number(one.role === "worker") - Number(other.role === "worker");
  return rank === 0 ? one.hostname.localeCompare(other.hostname, "en", { numeric: true }) : rank;
}

/** The part of a WorldState that says which machines there are, and which virtual machines they were configured on. */
interface MachinesAndDisks {
  readonly talos: TalosState;
  readonly oci: { readonly instances: readonly { readonly state: string; readonly bootVolumeId: string }[] };
  readonly proxmox: {
    readonly datacenters: Readonly<Record<string, { readonly vms: Readonly<Record<string, VirtualMachine>> }>>;
  };
}

interface VirtualMachine {
  readonly vmid: number;
  readonly generation: string;
}

/**
 * What Terraform made of the machines that still exist, under the ids the provider gives; the name is the machine's
 * address, which the resource has as its `node`.
 */
export function talosInventory(state: MachinesAndDisks): readonly InventoryItem[] {
  const virtualMachines = Object.values(state.proxmox.datacenters).flatMap(({ vms }) => Object.values(vms));
  return Object.entries(state.talos).flatMap(([address, machine]) => {
    const exists =
      machine.vmId === null
        ? state.oci.instances.some((each) => each.state !== "TERMINATED" && each.bootVolumeId === machine.generation)
        : virtualMachines.some(({ vmid, generation }) => vmid === machine.vmId && generation === machine.generation);
    if (!exists || machine.configuration === null || machine.byUserData) return [];
    const applied = { type: "talos_machine_configuration_apply", id: "machine_configuration_apply", name: address };
    const bootstrapped = { type: "talos_machine_bootstrap", id: "machine_bootstrap", name: address };
    return machine.bootstrapped ? [applied, bootstrapped] : [applied];
  });
}
