/** The parts of a deployed lab, one by one, as far as its states, its sandbox and its API server tell: for `lab status`. */
import { z } from "zod";
import type { LabStack } from "../../../constructs/lab/lab-stack.ts";
import type { Overview } from "../../../sandbox/client.ts";
import type { Topology } from "../../../topology/types.ts";
import { kubernetesAt, readKubeconfig } from "../../clients/kubernetes.ts";
import { fail, failure, type Finding, warn } from "../../ui/findings.ts";
import { NO_STATE, type State } from "../state/state.ts";
import { type KubernetesNode, nodesOf, trouble } from "./nodes.ts";

/** A stack, by how much of what its config wants is in its state. */
export interface StackStatus {
  readonly name: string;
  readonly state: "deployed" | "partly deployed" | "not deployed" | "unknown";
  /** How many of the wanted resources are there. */
  readonly made: number;
  readonly wanted: number;
}

/** A Proxmox VE host, or the machine that has the third vote. */
export interface HostStatus {
  readonly name: string;
  /** In the sandbox what it is; on an account whether the state has it, as nobody is asked. */
  readonly state: string;
  /** Where it is reached from outside; null where that is not known. */
  readonly address: string | null;
}

/** A Talos machine. */
export interface NodeStatus {
  readonly name: string;
  readonly role: string;
  readonly address: string;
  readonly state: "ready" | "not ready" | "not joined" | "made" | "not made";
  /** What runs, where it was asked. */
  readonly talos: string | null;
  readonly kubernetes: string | null;
}

const synthesized = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  module: z.record(z.string(), z.unknown()).default({}),
});

/** Addresses of all that a stack wants made; a module is one, whatever it makes. */
function wantedBy(stack: LabStack): readonly string[] {
  stack.prepareStack();
  const { resource, module } = synthesized.parse(stack.toTerraform());
  const resources = Object.entries(resource).flatMap(([type, named]) =>
    Object.keys(named).map((name) => `${type}.${name}`),
  );
  return [...resources, ...Object.keys(module).map((name) => `module.${name}`)];
}

/** @param state null where it cannot be read */
export function stackStatus(stack: LabStack, state: State | null): StackStatus {
  const wanted = wantedBy(stack);
  const whole = (state?.resources ?? []).filter(({ tainted }) => !tainted).map(({ address }) => address);
  const is = (address: string, each: string): boolean =>
    each === address || each.startsWith(`${address}[`) || each.startsWith(`${address}.`);
  const made = wanted.filter((address) => whole.some((each) => is(address, each))).length;
  const named = made === wanted.length ? "deployed" : made > 0 ? "partly deployed" : "not deployed";
  return { name: stack.node.id, state: state === null ? "unknown" : named, made, wanted: wanted.length };
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** What a state has of machines, by their names. */
function machinesIn(states: readonly State[]): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const names: Readonly<Record<string, string>> = {
    oci_core_instance: "display_name",
    proxmox_virtual_environment_vm: "name",
  };
  return new Map(
    states.flatMap(({ resources }) =>
      resources.flatMap(({ type, attributes }) => {
        const name = text(attributes[names[type] ?? ""]);
        return name === null ? [] : [[name, attributes] as const];
      }),
    ),
  );
}

/** How a host is, by the sandbox. */
function playedHost(name: string, { oci, proxmox }: Overview, silent: readonly string[]): HostStatus {
  const instance = oci.instances.find((each) => each.name === name && each.state !== "TERMINATED");
  const node = proxmox.datacenters.flatMap(({ hosts }) => hosts).find((each) => each.name === name);
  const address = instance?.publicIp ?? node?.address ?? instance?.privateIp ?? null;
  if (instance === undefined && node === undefined) return { name, state: "not made", address };
  if (node?.online === false || silent.includes(name)) return { name, state: "down", address };
  return { name, state: instance?.state.toLowerCase() ?? "running", address };
}

/** What the sandbox tells; null where it does not run, or the lab is on an account. */
export interface Played {
  readonly overview: Overview;
  /** Machines that do not answer. */
  readonly silent: readonly string[];
}

/** The hosts of a lab; none where Talos runs on the instances themselves. */
export function hostStatus(topology: Topology, states: readonly State[], played: Played | null): readonly HostStatus[] {
  const names = [...topology.hosts, ...(topology.micro === null ? [] : [topology.micro])].map(({ name }) => name);
  const machines = machinesIn(states);
  return names.map((name): HostStatus => {
    if (played !== null) return playedHost(name, played.overview, played.silent);
    if (topology.placement === "existing")
      return { name, state: "yours", address: topology.config.proxmox.api.address };
    const made = machines.get(name);
    return { name, state: made === undefined ? "not made" : "made", address: text(made?.["public_ip"]) };
  });
}

/** Asks the cluster for its nodes; null where there is nobody to ask. @throws Error in one line */
export async function askForNodes(
  { outputs }: State = NO_STATE,
  port: number | null,
): Promise<readonly KubernetesNode[] | null> {
  const kubeconfig = text(outputs["kubeconfig"]?.value);
  if (kubeconfig === null || port === null) return null;
  return nodesOf(kubernetesAt(readKubeconfig(kubeconfig), { host: "127.0.0.1", port }));
}

const TALOS = /\(v([^)]+)\)/;

/** The machines of the config. @param joined null where nobody was asked */
export function nodeStatus(
  topology: Topology,
  states: readonly State[],
  joined: readonly KubernetesNode[] | null,
): readonly NodeStatus[] {
  const machines = machinesIn(states);
  return topology.nodes.map(({ name, role, address }): NodeStatus => {
    const node = joined?.find(({ metadata }) => metadata.name === name);
    const facts = node?.status.nodeInfo;
    const versions = {
      talos: TALOS.exec(facts?.osImage ?? "")?.[1] ?? null,
      kubernetes: facts?.kubeletVersion.replace(/^v/, "") ?? null,
    };
    const there = machines.has(name) ? (joined === null ? "made" : "not joined") : "not made";
    const state = node === undefined ? there : trouble(node) === null ? "ready" : "not ready";
    return { name, role: role.replace("-", " "), address, state, ...versions };
  });
}

/** What of these parts needs somebody. */
export function partFindings(
  parts: { readonly stacks: readonly StackStatus[]; readonly hosts: readonly HostStatus[] },
  joined: readonly KubernetesNode[],
  played: Played | null,
  flag: string,
): readonly Finding[] {
  const half = parts.stacks.filter(({ state }) => state === "partly deployed");
  const down = parts.hosts.filter(({ state }) => state === "down" || state === "stopped");
  const split = (played?.overview.proxmox.datacenters ?? []).filter(({ quorate }) => !quorate);
  return [
    ...half.map(({ name, made, wanted }) =>
      warn("stack", `${name} has ${made} of ${wanted} objects`, `npx cdktf deploy ${name}${flag} makes the rest`),
    ),
    ...down.map(({ name }) =>
      fail("host", `${name} does not answer`, `npx lab doctor --boot ${name}${flag} reads its console`),
    ),
    ...split.map(({ cluster }) =>
      fail("quorum", `${cluster ?? "Proxmox VE"} has none: it changes nothing`, "bring its hosts back"),
    ),
    ...joined.flatMap((node) => {
      const why = trouble(node);
      const { name } = node.metadata;
      return why === null ? [] : [fail("node", `${name} is not ready: ${why}`, `kubectl describe node ${name}`)];
    }),
  ];
}

/** Nobody knows the nodes of a cluster that does not answer. */
export const silentCluster = (error: unknown): Finding =>
  failure("Kubernetes", error, "see whether its machines run: npx lab validate cluster");
