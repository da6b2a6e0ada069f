/** Turns the options of `lab sandbox fault add` into a request to the sandbox. */
import type { FaultRequest, Sandbox } from "../../../sandbox/client.ts";
import { isPattern, matches } from "../../../sandbox/faults/pattern.ts";
import type { BootStop } from "../../../sandbox/faults/boot-stops.ts";
import type { Project } from "../../engine/synth/project.ts";
import { CliError } from "../../ui/errors.ts";

/** The kinds of faults, as they are typed. */
export const FAULT_KINDS = [
  "status",
  "reset",
  "lost",
  "hang",
  "slow",
  "throttle",
  "task",
  "capacity",
  "down",
  "boot",
  "schema",
  "quorum",
  "unready",
  "clock",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

/** Options of `lab sandbox fault add`, as commander gives them. */
export interface FaultOptions {
  readonly interface?: "oci" | "proxmox" | "talos" | "kubernetes" | "ssh" | "provider";
  readonly method?: string;
  readonly target?: string;
  readonly nth?: number;
  readonly times?: number;
  readonly share?: number;
  readonly seed?: number;
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly retryAfter?: number;
  readonly ms?: number;
  readonly type?: string;
  readonly availabilityDomain?: string;
  readonly faultDomain?: string;
  readonly shape?: string;
  readonly host?: string;
  readonly stop?: BootStop;
  readonly cluster?: string;
  readonly node?: string;
  readonly seconds?: number;
}

const CALLS = ["interface", "method", "target", "nth", "times", "share", "seed"] as const;
const ANSWER = ["code", "message", "retryAfter"] as const;

/** Which options each kind takes: another one would be passed over in silence. */
const TAKES: Readonly<Record<FaultKind, readonly (keyof FaultOptions)[]>> = {
  status: [...CALLS, "status", ...ANSWER],
  reset: CALLS,
  lost: CALLS,
  hang: CALLS,
  slow: [...CALLS, "ms"],
  throttle: [...CALLS, ...ANSWER],
  task: ["type", "nth", "times", "share", "seed", "message"],
  capacity: ["availabilityDomain", "faultDomain", "shape"],
  down: ["host"],
  boot: ["host", "stop"],
  schema: [],
  quorum: ["cluster"],
  unready: ["node"],
  clock: ["seconds"],
};

function flag(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function needed<T>(kind: FaultKind, option: keyof FaultOptions, value: T | undefined): T {
  if (value === undefined) throw new CliError(`a fault ${kind} needs ${flag(option)}`);
  return value;
}

/** The options among these that were given. */
function given<Name extends keyof FaultOptions>(
  options: FaultOptions,
  names: readonly Name[],
): Pick<FaultOptions, Name> {
  const all: Pick<FaultOptions, Name> = options;
  return Object.assign({}, ...names.filter((name) => all[name] !== undefined).map((name) => ({ [name]: all[name] })));
}

function statusFault(options: FaultOptions, status: number) {
  const { retryAfter, ...rest } = given(options, ANSWER);
  return {
    kind: "status" as const,
    status,
    ...rest,
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  };
}

/** @throws CliError that names the option which is missing, or which this kind does not take */
export function faultRequest(kind: FaultKind, options: FaultOptions): FaultRequest {
  const names = Object.values(TAKES).flat();
  const strange = names.find((name) => options[name] !== undefined && !TAKES[kind].includes(name));
  if (strange !== undefined)
    throw new CliError(`a fault ${kind} takes no ${flag(strange)}; it takes ${TAKES[kind].map(flag).join(", ")}`);
  const calls = { what: "call" as const, ...given(options, CALLS) };
  switch (kind) {
    case "status":
      return { ...calls, fault: statusFault(options, options.status ?? 500) };
    case "throttle": {
      const fault = { code: "TooManyRequests", message: "Too many requests for the user", retryAfterSeconds: 1 };
      return { ...calls, fault: { ...fault, ...statusFault(options, 429) } };
    }
    case "slow":
      return { ...calls, fault: { kind, ms: needed(kind, "ms", options.ms) } };
    case "reset":
    case "lost":
    case "hang":
      return { ...calls, fault: { kind } };
    case "task": {
      const target = `${options.type ?? "*"}:*`;
      const message = options.message ?? "command failed: exit code 1";
      return {
        ...calls,
        interface: "proxmox",
        method: "TASK",
        target,
        fault: { kind: "status", status: 500, message },
      };
    }
    case "capacity":
      return { what: kind, ...given(options, ["availabilityDomain", "faultDomain", "shape"]) };
    case "down":
      return { what: kind, host: needed(kind, "host", options.host) };
    case "boot":
      return { what: kind, host: needed(kind, "host", options.host), stop: needed(kind, "stop", options.stop) };
    case "schema":
      return { what: kind };
    case "quorum":
      return { what: kind, ...given(options, ["cluster"]) };
    case "unready":
      return { what: kind, node: needed(kind, "node", options.node) };
    case "clock":
      return { what: kind, seconds: needed(kind, "seconds", options.seconds) };
  }
}

/** The four letters of the sandbox's tenancies. */
const AD_PREFIX = "Uocm";
const HTTP = ["GET", "HEAD", "POST", "PUT", "DELETE"];
const PROVIDER = [
  "ConfigureProvider",
  "ReadResource",
  "PlanResourceChange",
  "ApplyResourceChange",
  "ImportResourceState",
  "ReadDataSource",
];
/** Methods by interface, of those whose methods are few. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  oci: HTTP,
  kubernetes: [...HTTP, "PATCH"],
  proxmox: [...HTTP, "TASK"],
  provider: PROVIDER,
};

interface Names {
  readonly hosts: readonly string[];
  readonly nodes: readonly string[];
  readonly clusters: readonly string[];
}

const distinct = (names: readonly (string | null)[]): readonly string[] => [
  ...new Set(names.filter((name) => name !== null)),
];

/** Of the config, whose hosts may still come, and of the world, which may hold others. */
async function namesOf(project: Project, sandbox: Sandbox): Promise<Names> {
  const { readTopology } = await import("../../engine/synth/config.ts");
  const [plan, world] = await Promise.all([readTopology(project), sandbox.overview()]);
  const planned = "status" in plan ? null : plan;
  const { datacenters } = world.proxmox;
  return {
    hosts: distinct([
      ...(planned?.hosts ?? []).map(({ name }) => name),
      planned?.micro?.name ?? null,
      ...world.oci.instances.map(({ name }) => name),
    ]),
    nodes: distinct([
      ...(planned?.nodes ?? []).map(({ name }) => name),
      ...datacenters.flatMap(({ vms }) => vms.map(({ name }) => name)),
    ]),
    clusters: distinct([planned?.config.name ?? null, ...datacenters.map(({ cluster }) => cluster)]),
  };
}

function requireName(option: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new CliError(`${option}: got ${name}, allowed ${known.join(", ") || "nothing yet: the lab has none"}`);
}

function requireMatch(option: string, pattern: string | undefined, known: readonly string[]): void {
  // What is no pattern at all, the sandbox refuses.
  if (pattern === undefined || !isPattern(pattern) || known.some((name) => matches(pattern, name))) return;
  throw new CliError(`${option}: got ${pattern}, which matches none of ${known.join(", ")}`);
}

/**
 * A misspelt name would be a fault that never comes, and looks like a lab that bears it.
 *
 * @throws CliError in one line for a name that neither the config nor the sandbox has, and for a pattern that matches nothing
 */
export async function requireKnownNames(asked: FaultRequest, project: Project, sandbox: Sandbox): Promise<void> {
  const { availabilityDomains, FAULT_DOMAINS, REGIONS } = await import("../../../sandbox/oci/model/regions.ts");
  const { SHAPES } = await import("../../../sandbox/oci/model/shapes.ts");
  const { readTopology } = await import("../../engine/synth/config.ts");
  switch (asked.what) {
    case "down":
    case "boot":
      return requireName("--host", asked.host, (await namesOf(project, sandbox)).hosts);
    case "unready":
      return requireName("--node", asked.node, (await namesOf(project, sandbox)).nodes);
    case "quorum":
      return requireMatch("--cluster", asked.cluster, (await namesOf(project, sandbox)).clusters);
    case "capacity": {
      const domains = Object.keys(REGIONS).flatMap((region) => availabilityDomains(region, AD_PREFIX));
      const plan = await readTopology(project);
      const region = "status" in plan ? undefined : plan.config.oci?.region;
      const here = region === undefined ? domains : availabilityDomains(region, AD_PREFIX);
      requireMatch("--availability-domain", asked.availabilityDomain, here);
      requireMatch("--fault-domain", asked.faultDomain, FAULT_DOMAINS);
      return requireMatch("--shape", asked.shape, SHAPES);
    }
    case "call": {
      const known = METHODS[asked.interface ?? ""];
      return known && requireMatch(`--method on interface ${asked.interface}`, asked.method, known);
    }
    case "schema":
    case "clock":
  }
}
