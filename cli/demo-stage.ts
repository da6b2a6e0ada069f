/** What the demo runs in: a LAB_HOME of its own, removed at the end, and the `cdktf` that a user would type. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { LabInput } from "../config/index.ts";
import { openSandbox, type Overview, runningSandbox } from "../sandbox/client.ts";
import { exitOf } from "./clients/processes.ts";
import { isFree } from "./clients/tunnels.ts";
import { findBinary } from "./engine/terraform/binary.ts";
import { buildTool } from "./engine/terraform/tools-build.ts";
import { OPENTOFU, which } from "./engine/terraform/tools.ts";
import { CliError } from "./ui/errors.ts";
import { visibleLine } from "./ui/visible.ts";
import { table } from "./ui/words.ts";

const CDKTF = join(import.meta.dirname, "bin", "cdktf.js");

/** A command of the demo ended otherwise than it should. */
class DemoError extends Error {}

/** A LAB_HOME for a demo, with a config that the demo writes. */
export class Stage {
  readonly home = mkdtempSync(join(tmpdir(), "ampere-lab-demo-"));
  readonly #config = join(this.home, "lab.config.json");
  #ended = false;

  /** What `cdktf` reads from now on. */
  configure(input: LabInput): void {
    writeFileSync(this.#config, JSON.stringify(input, null, 2));
  }

  /**
   * Runs `npx cdktf <args> --sandbox` and shows it.
   *
   * @param expected exit code that belongs to the story
   * @throws DemoError when it ends with another
   */
  async cdktf(args: readonly string[], expected = 0): Promise<void> {
    console.log(`\n$ npx cdktf ${args.join(" ")} --sandbox`);
    const child = spawn(process.execPath, [CDKTF, ...args, "--sandbox"], {
      stdio: "inherit",
      env: { ...process.env, LAB_HOME: this.home, LAB_CONFIG: this.#config },
    });
    const code = await exitOf(child);
    if (code !== expected) throw new DemoError(`cdktf ${args[0] ?? ""} ended with ${code}, not with ${expected}`);
  }

  /** Leaves nothing running and nothing lying. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await (await runningSandbox(this.home))?.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

const PORTS_OF_A_LAB = 1000;
const FIRST_PORT = 20_000;
const LAST_PORT = 60_000;

/** A base port whose first ports nobody listens on: another lab, or another demo, may be running. */
export async function freeBasePort(): Promise<number> {
  for (let base = FIRST_PORT; base < LAST_PORT; base += PORTS_OF_A_LAB) {
    // The API server's, a host's, a control plane's and a worker's: a lab that runs has all of them open.
    const probes = await Promise.all([0, 1, 101, 201].map((offset) => isFree(base + offset).catch(() => false)));
    if (probes.every(Boolean)) return base;
  }
  throw new Error(`no free ports between ${FIRST_PORT} and ${LAST_PORT}`);
}

/**
 * The demo needs a tofu or a terraform; where there is neither and Go is, it makes one.
 *
 * @throws CliError, one line, where there is none and no Go to make one
 */
export async function ensureTerraform(): Promise<void> {
  const PATH = process.env.PATH ?? "";
  try {
    await findBinary({ PATH });
  } catch (error) {
    const wished = process.env.TERRAFORM_BINARY_NAME ?? "";
    if (!(error instanceof CliError) || wished !== "" || which("go", PATH) === undefined) throw error;
    console.log("Neither tofu nor terraform is on PATH, but Go is: building OpenTofu. That takes minutes, once.");
    await buildTool(OPENTOFU, { say: (line) => console.log(line), status: () => undefined });
  }
}

/** What the app left in cdktf.out. */
const labFile = z.looseObject({ freeTier: z.looseObject({ table: z.string() }) });

type Row = readonly string[];

function shown(rows: readonly Row[]): string {
  return table(rows.map((row) => row.map(visibleLine)))
    .map((line) => `  ${line.trimEnd()}`)
    .join("\n");
}

function instances({ oci }: Overview): Row[] {
  return oci.instances.map(({ name, state, shape, ocpus, memoryGb, bootVolumeGb, privateIp }) => [
    name,
    state,
    shape,
    `${ocpus} OCPU`,
    `${memoryGb} GB`,
    `${bootVolumeGb} GB volume`,
    privateIp,
  ]);
}

function machines({ proxmox }: Overview): Row[] {
  return proxmox.datacenters.flatMap(({ vms }) =>
    vms.map(({ vmId, name, host, state, vcpus, memoryMb, diskGb }) => [
      String(vmId),
      name,
      `on ${host}`,
      state,
      `${vcpus} vCPU`,
      `${memoryMb} MB`,
      `${diskGb} GB disk`,
    ]),
  );
}

function clusters({ proxmox, talos }: Overview): string[] {
  const nodes = talos.clusters.map(
    ({ name, state, nodes: all }) =>
      `Kubernetes cluster ${name}, ${state}: ${all.map((node) => `${node.name} (${node.role}, Talos ${node.talos})`).join(", ")}`,
  );
  const hosts = proxmox.datacenters.map(({ cluster, quorate, hosts }) =>
    cluster === null
      ? `Proxmox VE on ${hosts.map(({ name }) => name).join(", ")}, alone`
      : `Proxmox VE cluster ${cluster} of ${hosts.map(({ name }) => name).join(", ")}, ${quorate ? "quorate" : "NOT quorate"}`,
  );
  return hosts.length > 0 ? hosts : nodes;
}

/** Asks the sandbox what exists, and the app what it costs. */
export async function describeLab(home: string): Promise<string> {
  const overview = await (await openSandbox({ labHome: home })).overview();
  return [
    "\nWhat now exists in the sandbox:",
    shown(instances(overview)),
    ...clusters(overview),
    ...(overview.proxmox.datacenters.length === 0 ? [] : [shown(machines(overview))]),
    "\nWhat it costs:",
    labFile.parse(JSON.parse(readFileSync(join(home, "cdktf.out", "lab.json"), "utf8"))).freeTier.table,
  ].join("\n");
}
