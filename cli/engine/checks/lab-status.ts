/** The lab on one screen. Takes no lock and waits for none: whoever works in the lab is named under what needs attention. */
import { formatVerdict } from "../../../topology/format-verdict.ts";
import { freeTierVerdict } from "../../../topology/free-tier.ts";
import type { Topology } from "../../../topology/types.ts";
import { freeTierUses } from "../../../constructs/free-tier/guard.ts";
import type { LabApp } from "../../../constructs/lab/lab-app.ts";
import { runningSandbox, type Sandbox } from "../../../sandbox/client.ts";
import { heldTunnels } from "../../clients/held-tunnels.ts";
import { listenerOn } from "../../clients/listeners.ts";
import { answers } from "../../clients/tunnels.ts";
import { failure, type Finding, findingsOf, warn } from "../../ui/findings.ts";
import { readsOf } from "../state/open.ts";
import type { State } from "../state/state.ts";
import { built, readTopology } from "../synth/config.ts";
import { holderOf } from "../synth/lock.ts";
import { lockOf } from "../synth/command-context.ts";
import type { Project } from "../synth/project.ts";
import { certificates, clockOf } from "./certificates.ts";
import { support } from "./config.ts";
import {
  askForNodes,
  type HostStatus,
  hostStatus,
  type NodeStatus,
  nodeStatus,
  partFindings,
  type Played,
  silentCluster,
  type StackStatus,
  stackStatus,
} from "./lab-parts.ts";
import type { KubernetesNode } from "./nodes.ts";
import { movedStates, REMOTE_MS, state } from "./state.ts";

/** A loopback port of the lab. */
export interface PortStatus {
  readonly name: string;
  readonly port: number;
  readonly open: boolean;
}

/** What there is of a lab. */
export interface LabStatus {
  readonly home: string;
  readonly sandbox: boolean;
  /** Null of a config that cannot be used: then there are no parts either. */
  readonly lab: { readonly name: string; readonly preset: string } | null;
  readonly stacks: readonly StackStatus[];
  readonly hosts: readonly HostStatus[];
  readonly nodes: readonly NodeStatus[];
  /** What the config wants to run, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Null where there is no account to charge. */
  readonly cost: string | null;
  readonly ports: readonly PortStatus[];
  /** Who has opened the ports; null where nobody has. */
  readonly opened: string | null;
  /** Address of the sandbox's page, while it runs. */
  readonly page: string | null;
  /** What is not well, and what to do. */
  readonly attention: readonly Finding[];
}

const isOpenMatter = ({ status }: Finding): boolean => status !== "ok";

/** States that can be read, by stack; the others as one finding. */
async function readStates(app: LabApp, project: Project, patienceMs: number) {
  const moved = movedStates(app, project);
  const reads = await Promise.allSettled(readsOf(app, project, patienceMs).map(({ read }) => read));
  const states = new Map<string, State>();
  const errors: unknown[] = [];
  for (const [index, result] of reads.entries()) {
    const name = app.stacks[index]?.node.id ?? "";
    if (result.status === "fulfilled") states.set(name, result.value);
    else errors.push(result.reason);
  }
  const [error] = errors;
  const unread = error === undefined ? [] : [failure("state", error, "docs/state.md says what a backend needs")];
  return { states, findings: moved === null ? unread : [moved] };
}

async function playedBy(sandbox: Sandbox | null): Promise<Played | null> {
  if (sandbox === null) return null;
  const [overview, { silent }, faults] = await Promise.all([sandbox.overview(), sandbox.admin(), sandbox.faults()]);
  const down = faults.flatMap(({ spec }) => (spec.what === "down" ? [spec.host] : []));
  return { overview, silent: [...silent.map(({ name }) => name), ...down] };
}

async function portStatus({ tunnels }: Topology): Promise<readonly PortStatus[]> {
  return Promise.all(tunnels.map(async ({ name, localPort: port }) => ({ name, port, open: await answers(port) })));
}

/** Who has the lab's ports open, in words; null where nobody of the lab has. */
function openerOf(project: Project, sandbox: Sandbox | null): string | null {
  if (sandbox !== null) return "the sandbox";
  const held = heldTunnels(project.data);
  if (held !== null) return `lab tunnel, process ${held.pid}`;
  // A deploy opens them for itself.
  const holder = holderOf(lockOf(project));
  return holder === null ? null : `${holder.command}, process ${holder.pid}`;
}

function portFindings(ports: readonly PortStatus[], opened: string | null, isPlayed: boolean): readonly Finding[] {
  const numbers = (open: boolean): string =>
    ports
      .filter((each) => each.open === open)
      .map(({ port }) => port)
      .join(", ");
  const [first] = ports.filter(({ open }) => open);
  if (opened === null && first !== undefined)
    return [
      warn(
        "ports",
        `${numbers(true)}: taken by ${listenerOn(first.port) ?? "another program"}`,
        "end that, or set access.basePort",
      ),
    ];
  if (isPlayed && numbers(false) !== "")
    return [warn("ports", `${numbers(false)}: closed`, "npx lab sandbox start opens them")];
  return [];
}

function costOf({ config, placement }: Topology, app: LabApp): string | null {
  if (placement === "existing") return null;
  const { uses, unknown } = freeTierUses(app.stacks, app.imported);
  const line = formatVerdict(freeTierVerdict(uses, config.allowPaid)).split("\n").at(-1) ?? "";
  return unknown.length === 0 ? line : `May cost money: ${unknown.join("; ")}`;
}

function versionsOf({ config, placement }: Topology): Readonly<Record<string, string>> {
  const { proxmox, talos, kubernetes } = config.versions;
  return { ...(placement === "proxmox" && { "Proxmox VE": proxmox }), Talos: talos, Kubernetes: kubernetes };
}

/** All that needs no config. */
async function ofTheHome(project: Project): Promise<readonly Finding[]> {
  const groups = await Promise.all([
    findingsOf("state", () => state(project), REMOTE_MS),
    findingsOf("certificates", async () => certificates(project, await clockOf(project))),
  ]);
  return groups.flat();
}

async function faultsOf(sandbox: Sandbox | null): Promise<readonly Finding[]> {
  const faults = (await sandbox?.faults()) ?? [];
  if (faults.length === 0) return [];
  return [warn("faults", `${faults.length} asked for in the sandbox`, "npx lab sandbox fault clear ends them")];
}

/** Only a stack that is read from elsewhere says so here: what is wrong with a file, the checks of LAB_HOME say. */
function withoutRepetition(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((each, index) => findings.findIndex(({ found }) => found === each.found) === index);
}

/**
 * What there is of the lab now. A config that cannot be used is among what needs attention.
 *
 * @param patienceMs how long a tool that reads a state elsewhere may take
 */
export async function labStatus(project: Project, patienceMs: number = REMOTE_MS): Promise<LabStatus> {
  const { home, sandbox: isSandbox } = project;
  const sandbox = isSandbox ? await runningSandbox(home) : null;
  const opened = openerOf(project, sandbox);
  const base = { home, sandbox: isSandbox, opened, page: sandbox?.page ?? null };
  const general = ofTheHome(project);
  const none = { lab: null, stacks: [], hosts: [], nodes: [], versions: {}, cost: null, ports: [] };
  const topology = await readTopology(project);
  if ("status" in topology) return { ...base, ...none, attention: [topology, ...(await general)].filter(isOpenMatter) };
  const { app } = await built(topology, project);
  const [played, ports, { states, findings }] = await Promise.all([
    playedBy(sandbox),
    portStatus(topology),
    readStates(app, project, patienceMs),
  ]);
  const isOpen = opened !== null && ports.some(({ name, open }) => name === "kubernetes" && open);
  let silence: readonly Finding[] = [];
  let joined: readonly KubernetesNode[] | null = null;
  try {
    joined = await askForNodes(states.get("talos"), isOpen ? topology.cluster.apiPort : null);
  } catch (error) {
    silence = [silentCluster(error)];
  }
  const stacks = app.stacks.map((stack) => stackStatus(stack, states.get(stack.node.id) ?? null));
  const hosts = hostStatus(topology, [...states.values()], played);
  const attention = [
    ...findings,
    ...partFindings({ stacks, hosts }, joined ?? [], played, isSandbox ? " --sandbox" : ""),
    ...silence,
    ...portFindings(ports, opened, sandbox !== null),
    ...(await faultsOf(sandbox)),
    support(topology.config, new Date().toISOString().slice(0, 10)),
    ...(await general),
  ].filter(isOpenMatter);
  const { name, preset } = topology.config;
  return {
    ...base,
    lab: { name, preset },
    stacks,
    hosts,
    nodes: nodeStatus(topology, [...states.values()], joined),
    versions: versionsOf(topology),
    cost: costOf(topology, app),
    ports,
    attention: withoutRepetition(attention),
  };
}
