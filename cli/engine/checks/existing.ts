/** Checks Proxmox VE hosts of one's own: whether they can be reached, and are and have what the lab needs. */
import { z } from "zod";
import { runningSandbox } from "../../../sandbox/client.ts";
import { pveApiPort } from "../../../topology/existing.ts";
import type { ExistingHostPlan, ExistingTopology } from "../../../topology/types.ts";
import { openPve, type Pve, PveRefused, type PveSignIn, type PveWay } from "../../clients/pve.ts";
import { messageOf } from "../../ui/errors.ts";
import { fail, failure, type Finding, ok, warn } from "../../ui/findings.ts";
import { list } from "../../ui/words.ts";
import { rights } from "./existing-rights.ts";
import { readSecrets, secretsFile } from "../state/secrets-file.ts";
import type { Project } from "../synth/project.ts";

/** How long all of it may take, in milliseconds. */
export const HOSTS_MS = 15_000;

const status = z.object({
  "current-kernel": z.object({ machine: z.string() }).optional(),
  cpuinfo: z.object({ cpus: z.coerce.number(), hvm: z.unknown() }),
  memory: z.object({ free: z.coerce.number(), available: z.coerce.number().optional() }),
});

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** What guests that are not made yet will take of a host. */
function toCome({ nodes }: ExistingTopology, host: string, ours: ReadonlySet<number>) {
  const guests = nodes.filter((each) => each.host === host && !ours.has(each.vmId));
  const sum = (of: (guest: (typeof guests)[number]) => number): number =>
    guests.reduce((all, each) => all + of(each), 0);
  return { memoryMb: sum((each) => each.memoryMb), diskGb: sum((each) => each.diskGb) };
}

/** Warns only: a balloon, or a guest that is stopped by then, gives some back. */
function memory(
  name: string,
  { free, available = free }: z.infer<typeof status>["memory"],
  neededMb: number,
): readonly Finding[] {
  const freeMb = Math.floor(available / MIB);
  if (freeMb >= neededMb) return [];
  return [
    warn(
      name,
      `has ${freeMb} MB of memory free, and the guests to come want ${neededMb}`,
      "give them less, or stop others",
    ),
  ];
}

async function node(
  pve: Pve,
  host: ExistingHostPlan,
  plan: ExistingTopology,
  ours: ReadonlySet<number>,
): Promise<readonly Finding[]> {
  const name = `node ${host.name}`;
  const { cpuinfo, "current-kernel": kernel, memory: has } = await pve.get(`nodes/${host.name}/status`, status);
  const scarce = memory(name, has, toCome(plan, host.name, ours).memoryMb);
  const isArm = host.architecture === "arm64";
  const machine = kernel?.machine ?? "";
  if (machine !== (isArm ? "aarch64" : "x86_64"))
    return [fail(name, `is ${machine}`, `set proxmox.nodes: architecture to what it is, not ${host.architecture}`)];
  const big = plan.nodes.find((each) => each.host === host.name && each.vcpus > cpuinfo.cpus);
  if (big !== undefined)
    return [fail(name, `has ${cpuinfo.cpus} CPUs, and ${big.name} wants ${big.vcpus}`, `give ${big.name} fewer vcpus`)];
  if (plan.config.virtualization === "tcg") return [ok(name, `${machine}; guests are emulated`), ...scarce];
  if (isArm)
    return [
      ...scarce,
      warn(name, `${machine}; Proxmox VE does not say whether it has KVM`, "ls /dev/kvm on it says so"),
    ];
  // The match of the flags vmx and svm: pve-common, ProcFSTools.pm.
  if (String(cpuinfo.hvm) === "1") return [ok(name, `${machine}, with KVM`), ...scarce];
  return [
    fail(name, "has no KVM", 'turn virtualization on in its firmware, or set virtualization to "tcg", which is slow'),
  ];
}

/** An image of Talos, with room to spare. */
const IMAGE_GB = 2;

const storages = z.array(
  z.object({
    storage: z.string(),
    content: z.string(),
    active: z.unknown(),
    shared: z.unknown(),
    avail: z.coerce.number().optional(),
  }),
);

async function room(
  pve: Pve,
  host: ExistingHostPlan,
  plan: ExistingTopology,
  ours: ReadonlySet<number>,
): Promise<readonly Finding[]> {
  const { storage, imageStorage } = plan.config.proxmox;
  const there = await pve.get(`nodes/${host.name}/storage`, storages);
  const look = (id: string, content: string, neededGb: number): readonly Finding[] => {
    const name = `storage ${id}`;
    const found = there.find((each) => each.storage === id);
    const known = list(there.map((each) => each.storage));
    if (found === undefined)
      return [fail(name, `is not on ${host.name}`, `name one that is, and that the token may see: ${known}`)];
    if (String(found.active) !== "1") return [fail(name, `is not active on ${host.name}`, "see to it on the host")];
    if (!found.content.split(",").includes(content))
      return [fail(name, `takes ${found.content}`, `pvesm set ${id} --content ${found.content},${content}`)];
    if (content === "import" && String(found.shared) === "1" && plan.hosts.length > 1)
      return [fail(name, "is shared", "name one that each node has for itself: the image is fetched on each")];
    const freeGb = Math.floor((found.avail ?? Infinity) / GIB);
    if (freeGb < neededGb)
      return [
        warn(
          name,
          `has ${freeGb} GB free on ${host.name}, and ${neededGb} are to come`,
          "make room, or give the nodes less diskGb",
        ),
      ];
    return [ok(name, `on ${host.name}, takes ${content}`)];
  };
  const { diskGb } = toCome(plan, host.name, ours);
  return [...look(storage, "images", diskGb), ...look(imageStorage, "import", IMAGE_GB)];
}

const machines = z.array(z.object({ vmid: z.coerce.number(), pool: z.string().optional() }));

/** The ids of the lab's own machines, which are those in its pool. */
async function ownIds(pve: Pve, { config }: ExistingTopology): Promise<ReadonlySet<number>> {
  const seen = await pve.get("cluster/resources?type=vm", machines);
  return new Set(seen.filter(({ pool }) => pool === config.name).map(({ vmid }) => vmid));
}

/** A token that may not see others' machines learns that an id is taken all the same. */
async function ids(
  pve: Pve,
  { hosts, nodes }: ExistingTopology,
  ours: ReadonlySet<number>,
): Promise<readonly Finding[]> {
  const wanted = [...nodes.map(({ vmId }) => vmId), ...hosts.map(({ templateVmId }) => templateVmId)];
  const taken = await Promise.all(
    wanted.map(async (id) => {
      if (ours.has(id)) return [];
      try {
        await pve.get(`cluster/nextid?vmid=${id}`, z.unknown());
        return [];
      } catch (error) {
        if (error instanceof PveRefused) return [id];
        throw error;
      }
    }),
  );
  const others = taken.flat();
  if (others.length === 0) return [ok("VM ids", `${wanted.length} of proxmox.vmIds are free, or the lab's own`)];
  return [fail("VM ids", `somebody else has ${list(others.map(String))}`, "set proxmox.vmIds to a range that is free")];
}

async function signedIn(pve: Pve, plan: ExistingTopology): Promise<readonly Finding[]> {
  const { version } = await pve.get("version", z.object({ version: z.string() }));
  const all = await pve.get("nodes", z.array(z.object({ node: z.string(), status: z.string() })));
  const online = all.filter((each) => each.status === "online").map((each) => each.node);
  const lost = plan.hosts.find(({ name }) => !online.includes(name));
  const first = ok("Proxmox VE", `${version}, and takes the ${plan.config.proxmox.api.auth}`);
  if (lost !== undefined)
    return [first, fail(`node ${lost.name}`, "is not online", `the nodes that are: ${list(online)}`)];
  const ours = await ownIds(pve, plan);
  const ofRoot = plan.config.proxmox.api.auth === "password" ? [ok("rights", "root@pam has all")] : rights(pve, plan);
  const groups = await Promise.all([
    ofRoot,
    ...plan.hosts.flatMap((host) => [node(pve, host, plan, ours), room(pve, host, plan, ours)]),
    ids(pve, plan, ours),
  ]);
  return [first, ...groups.flat()];
}

/** Asks the hosts; a finding says why where they cannot be asked. Takes up to `HOSTS_MS`. */
export async function ownHosts(plan: ExistingTopology, project: Project): Promise<readonly Finding[]> {
  const { api } = plan.config.proxmox;
  const secrets = await readSecrets(secretsFile(project));
  const token = secrets?.proxmoxToken ?? process.env["TF_VAR_pve_api_token"];
  const password = project.sandbox
    ? secrets?.rootPassword
    : (secrets?.proxmoxPassword ?? process.env["TF_VAR_pve_root_password"]);
  const signIn: PveSignIn | null =
    api.auth === "token" ? (token === undefined ? null : { token }) : password === undefined ? null : { password };
  const name = "Proxmox VE";
  if (project.sandbox && (signIn === null || (await runningSandbox(project.home)) === null))
    return [warn(name, "not asked: the sandbox has put no hosts up yet", "npx cdktf diff --sandbox does")];
  if (signIn === null) return [fail(name, `no ${api.auth} is known`, "npx lab secrets proxmox takes it")];
  const way: PveWay = project.sandbox
    ? { host: "127.0.0.1", port: pveApiPort(plan.config), pin: null }
    : { host: api.address, port: api.port, pin: api.fingerprint, jump: api.jump };
  try {
    return await signedIn(await openPve(way, signIn), plan);
  } catch (error) {
    const isRefused = error instanceof PveRefused && error.status === 401;
    if (isRefused) return [fail(name, `refuses the ${api.auth}`, "npx lab secrets proxmox takes another")];
    return [failure(name, messageOf(error), `see that ${api.address} is reached from here`)];
  }
}
