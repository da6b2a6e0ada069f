/**
 * The way into the sandbox for every other room: finds or starts the daemon of a LAB_HOME.
 *
 * @example
 * const sandbox = await openSandbox({ labHome });
 * await sandbox.setTunnels(topology.tunnels);
 * spawn("tofu", ["apply", "plan"], { env: { ...process.env, ...sandbox.env } });
 */
import { readFileSync } from "node:fs";
import net from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tunnel } from "../topology/types.ts";
import { codeStamp, type DaemonInfo, sandboxFiles, type SystemName, SYSTEMS } from "./daemon/files.ts";
import type { ActiveFault, FaultRequest, LoggedCall } from "./faults/index.ts";
import type { RealEnvironment } from "./daemon/real-environment.ts";
import { requests, type Subscription } from "./daemon/requests.ts";
import { type DaemonOptions, isRunning, START_TIMEOUT_MS, startDaemon } from "./daemon/start.ts";
import type { OwnHostAccess } from "./daemon/actions.ts";
import type { FoundHosts } from "./proxmox/model/existing.ts";
import type { NewHost } from "./proxmox/model/own-hosts.ts";
import type { AdminStanding } from "./reach/index.ts";
import type { Overview } from "./systems/index.ts";
import type { Account } from "./world/oci.ts";
import type { InventoryItem } from "./world/world.ts";

export type { AdminStanding, FaultRequest, InventoryItem, LoggedCall, Overview, OwnHostAccess, Subscription };

/** A lab's sandbox, as every other room uses it. */
export interface Sandbox {
  /** Puts up a Proxmox VE host that is in no cloud: x86-64 with KVM. @throws in one line when there cannot be such a host */
  addHost(asked: NewHost): Promise<OwnHostAccess>;
  removeHost(name: string): Promise<void>;
  /** Puts up the hosts that a lab finds there, unless they are there. */
  putUp(found: FoundHosts): Promise<void>;
  hosts(): Promise<readonly OwnHostAccess[]>;
  /** For terraform and tofu: where the providers are, and the account that the sandbox plays. No credentials. */
  readonly env: Readonly<Record<string, string>>;
  /** The same, with the stand-ins of these systems alone: the others' providers are installed as usual. */
  envWith(standIns: readonly SystemName[]): Readonly<Record<string, string>>;
  /** Opens the loopback ports of these tunnels and closes others. @throws when a port is taken. */
  setTunnels(tunnels: readonly Tunnel[]): Promise<void>;
  /** Every object of the world that a Terraform resource stands for, by import id. */
  inventory(): Promise<readonly InventoryItem[]>;
  overview(): Promise<Overview>;
  /** What time it is in its world. */
  clock(): Promise<Date>;
  /** Address of the page that draws the world live. */
  readonly page: string;
  /** Has the page show how far a deploy of a stack has come; null: to its end. Goes with this connection. */
  setProgress(stack: string, told: { done: number; total: number; current: string | null } | null): Promise<void>;
  /** Makes something go wrong. @returns it, with its id @throws in one line when there cannot be such a fault */
  addFault(asked: FaultRequest): Promise<ActiveFault>;
  /** The faults that were asked for, those that are spent too. */
  faults(): Promise<readonly ActiveFault[]>;
  /** Ends a fault, or without an id all of them. @returns how many @throws when there is none of that id */
  clearFaults(id?: number): Promise<number>;
  /** The last calls on all interfaces, the oldest first. @param count at most 1000 are remembered */
  calls(count?: number): Promise<readonly LoggedCall[]>;
  /** Calls that have begun and will still be done, though nobody may wait for their answer any more. */
  callsUnderWay(): Promise<readonly LoggedCall[]>;
  /** Calls `each` with every call on an interface as it ends. Keeps this process from ending, until `stop`. */
  subscribe(each: (call: LoggedCall) => void): Promise<Subscription>;
  /**
   * For real providers and clients: what makes them take the sandbox's wire APIs for the real ones, by system. The
   * account's key is made when this is first asked for, and stays.
   */
  real(): Promise<RealEnvironment>;
  /** Changes the tenancy's service limits; what exists stays. */
  setAccount(account: Account): Promise<void>;
  /** Where compartments, budgets and quotas can be made; null: anywhere. */
  setHomeRegion(region: string | null): Promise<void>;
  /** The networks that the lab's admins come from: the admin is at the first address of the first, where nothing else is asked. */
  setAdminCidrs(cidrs: readonly string[]): Promise<void>;
  /** Puts the admin somewhere else; null: back to where `setAdminCidrs` has them. */
  setAdmin(address: string | null): Promise<void>;
  /** Where the admin is, and which hosts' SSH firewalls keep them from. */
  admin(): Promise<AdminStanding>;
  /** Empties the world; tunnels and the kind of account stay. */
  reset(): Promise<void>;
  /** Ends the daemon; the world stays on disk. */
  stop(): Promise<void>;
  /** Resolves when it is no more. Does not keep this process from ending. */
  readonly ended: Promise<void>;
}

/** Which sandbox, and how it is to be. */
export interface SandboxOptions extends DaemonOptions {
  readonly labHome: string;
}

/** A daemon that was asked to end writes its world and is gone. */
const END_TIMEOUT_MS = 30_000;

function isInfo(value: unknown): value is DaemonInfo {
  if (typeof value !== "object" || value === null) return false;
  const { pid, sockets, page, tenancyId } = Object(value);
  if (typeof pid !== "number" || [page, tenancyId].some((text) => typeof text !== "string")) return false;
  return ["control", ...SYSTEMS].every((name) => typeof Object(sockets)[name] === "string");
}

/** What a daemon says of itself; null where there is none, or what is there is no daemon's: one that starts writes it anew. */
function readInfo(file: string): DaemonInfo | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isInfo(value) ? value : null;
  } catch {
    return null;
  }
}

function connect(path: string): Promise<net.Socket | null> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null));
  });
}

/** What `terraform` and `tofu` need to find the three providers: each tool asks its own registry host. */
function environment({ pid, sockets, tenancyId }: DaemonInfo, standIns: readonly SystemName[]): Record<string, string> {
  const sources = { oci: "oracle/oci", proxmox: "bpg/proxmox", talos: "siderolabs/talos" };
  const providers = ["registry.terraform.io", "registry.opentofu.org"].flatMap((host) =>
    standIns.map((name) => [
      `${host}/${sources[name]}`,
      { Protocol: "grpc", ProtocolVersion: 6, Pid: pid, Test: true, Addr: { Network: "unix", String: sockets[name] } },
    ]),
  );
  return {
    TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(providers)),
    TF_VAR_tenancy_ocid: tenancyId,
    CHECKPOINT_DISABLE: "1",
  };
}

/** @param renew ends a daemon of other code that no client is connected to; then there is none. */
async function attach(labHome: string, renew: boolean): Promise<Sandbox | null> {
  const files = sandboxFiles(labHome);
  const info = readInfo(files.info);
  const socket = info && (await connect(info.sockets.control));
  if (!info || !socket) return null;
  const { ask, listen } = requests(socket, files.log);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const ended = async (): Promise<void> => {
    socket.ref();
    await closed;
    for (const end = performance.now() + END_TIMEOUT_MS; isRunning(info.pid); await sleep(5))
      if (performance.now() > end)
        throw new Error(
          `the sandbox of ${labHome} was asked to end, and process ${info.pid} is still there; its log is ${files.log}`,
        );
  };
  if (renew && info.code !== codeStamp() && (await ask<boolean>("retire").catch(() => false))) {
    await ended();
    return null;
  }
  return {
    env: environment(info, SYSTEMS),
    envWith: (standIns) => environment(info, standIns),
    page: info.page,
    addFault: (asked) => ask("addFault", asked),
    faults: () => ask("faults"),
    clearFaults: (id) => ask("clearFaults", id ?? null),
    calls: (count = 1000) => ask("calls", count),
    callsUnderWay: () => ask("callsUnderWay"),
    subscribe: (each) => listen({ hear: each }),
    setTunnels: (tunnels) => ask("setTunnels", tunnels),
    inventory: () => ask("inventory"),
    overview: () => ask("overview"),
    clock: async () => new Date(await ask<string>("clock")),
    real: () => ask("real"),
    setAccount: (account) => ask("setAccount", account),
    setHomeRegion: (region) => ask("setHomeRegion", region),
    setAdminCidrs: (cidrs) => ask("setAdminCidrs", cidrs),
    setAdmin: (address) => ask("setAdmin", address),
    admin: () => ask("admin"),
    addHost: (asked) => ask("addHost", asked),
    removeHost: (name) => ask("removeHost", name),
    hosts: () => ask("hosts"),
    putUp: (found) => ask("putUp", found),
    setProgress: (stack, told) => ask("setProgress", { stack, told }),
    reset: () => ask("reset"),
    ended: closed,
    async stop() {
      // It may end before its answer is here: that is what was asked.
      await ask("stop").catch(() => undefined);
      await ended();
    },
  };
}

/**
 * The lab's sandbox, started when it does not run.
 * @throws with one line when it cannot start: a damaged world file, no room for sockets, …
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const labHome = resolve(options.labHome);
  let sandbox = await attach(labHome, true);
  if (sandbox && options.account) await sandbox.setAccount(options.account);
  for (const end = performance.now() + START_TIMEOUT_MS; sandbox === null && performance.now() < end;) {
    // Who has the lab may be about to be ready, or about to end.
    if (!(await startDaemon(labHome, options))) await sleep(20);
    sandbox = await attach(labHome, false);
  }
  if (sandbox) return sandbox;
  throw new Error(`the sandbox of ${labHome} does not answer; its log is ${sandboxFiles(labHome).log}`);
}

/** The lab's sandbox if it runs; starts nothing. */
export function runningSandbox(labHome: string): Promise<Sandbox | null> {
  return attach(resolve(labHome), false);
}
