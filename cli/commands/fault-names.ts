/** Whether what a fault names is there: a misspelt name would be a fault that never comes, and looks like a lab that bears it. */
import { availabilityDomains, FAULT_DOMAINS, REGIONS } from "../../sandbox/oci/regions.ts";
import { SHAPES } from "../../sandbox/oci/shapes.ts";
import type { FaultRequest, Sandbox } from "../../sandbox/client.ts";
import { isPattern, matches } from "../../sandbox/faults/pattern.ts";
import { readTopology } from "../synth/config.ts";
import { CliError } from "../errors.ts";
import type { Project } from "../project.ts";

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
/** Methods by door, of those doors whose methods are few. */
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

/** @throws CliError in one line for a name that neither the config nor the sandbox has, and for a pattern that matches nothing */
export async function requireKnownNames(asked: FaultRequest, project: Project, sandbox: Sandbox): Promise<void> {
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
      const here = "status" in plan ? domains : availabilityDomains(plan.config.oci.region, AD_PREFIX);
      requireMatch("--availability-domain", asked.availabilityDomain, here);
      requireMatch("--fault-domain", asked.faultDomain, FAULT_DOMAINS);
      return requireMatch("--shape", asked.shape, SHAPES);
    }
    case "call": {
      const known = METHODS[asked.door ?? ""];
      return known && requireMatch(`--method on door ${asked.door}`, asked.method, known);
    }
    case "schema":
    case "clock":
  }
}
