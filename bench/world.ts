/** A world of 1,000 virtual machines: how long the sandbox takes to list them, and what it takes of memory. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { freeBasePort } from "../cli/demo-stage.ts";
import { guardOf } from "../cli/engine/state/made-before.ts";
import { plainSecretsFile } from "../cli/engine/state/secrets-file.ts";
import { ensureSecrets } from "../cli/engine/state/secrets.ts";
import lab from "../lab.config.ts";
import { openSandbox } from "../sandbox/client.ts";
import { type DaemonInfo, sandboxFiles } from "../sandbox/daemon/files.ts";
import type { WorldState } from "../sandbox/world/world.ts";
import { type Measure, measure, median, RUNS } from "./measure.ts";

const ROOT = join(import.meta.dirname, "..");
const FEW = 100;
const MANY = 1000;
/** A cluster may have others already: these ids are far from them. */
const FIRST_ID = 10_000;

const ticket = z.object({ data: z.object({ ticket: z.string() }) });
const listing = z.object({ data: z.array(z.object({ type: z.string() })) });

interface PveRequest {
  readonly port: number;
  readonly path: string;
  /** @default - not signed in */
  readonly cookie?: string;
  /** Sent by POST. @default - a GET */
  readonly form?: string;
}

/** One request to Proxmox VE's API, on a connection of its own. */
function send({ port, path, cookie, form }: PveRequest): Promise<unknown> {
  const headers = {
    ...(cookie !== undefined && { Cookie: cookie }),
    ...(form !== undefined && { "Content-Type": "application/x-www-form-urlencoded" }),
  };
  const options = { host: "127.0.0.1", port, path: `/api2/json/${path}`, headers, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const call = request({ ...options, method: form === undefined ? "GET" : "POST" }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.once("end", () => resolve(JSON.parse(text)));
    });
    call.once("error", reject);
    call.end(form);
  });
}

/** Copies of the first virtual machine that was deployed, under other ids: so many, in place of those that were made before. */
function multiply(file: string, machines: number): void {
  const world: WorldState = JSON.parse(readFileSync(file, "utf8"));
  for (const { vms } of Object.values(world.proxmox.datacenters)) {
    const [first] = Object.values(vms);
    if (first === undefined) throw new Error("no virtual machine was deployed");
    for (const vmid of Object.keys(vms)) if (Number(vmid) >= FIRST_ID) delete vms[vmid];
    for (let vmid = FIRST_ID; vmid < FIRST_ID + machines; vmid += 1)
      vms[String(vmid)] = { ...structuredClone(first), vmid, generation: `copy-${vmid}` };
  }
  writeFileSync(file, JSON.stringify(world));
}

/** Megabytes of memory that a process has. */
function residentMb(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}

/** Milliseconds that a list of so many machines takes, and megabytes of the sandbox with them. Ends the sandbox. */
async function listed(home: string, rootPassword: string, machines: number): Promise<{ ms: number; mb: number }> {
  const files = sandboxFiles(home);
  multiply(files.world, machines);
  const sandbox = await openSandbox({ labHome: home });
  try {
    const world: WorldState = JSON.parse(readFileSync(files.world, "utf8"));
    const port = world.tunnels.find(({ target }) => target.port === 8006)?.localPort;
    if (port === undefined) throw new Error("no tunnel leads to a Proxmox host");
    const form = new URLSearchParams({ username: "root@pam", password: rootPassword }).toString();
    const login = ticket.parse(await send({ port, path: "access/ticket", form }));
    const cookie = `PVEAuthCookie=${encodeURIComponent(login.data.ticket)}`;
    const times: number[] = [];
    for (let run = 0; run <= RUNS; run += 1) {
      const started = performance.now();
      const { data } = listing.parse(await send({ port, path: "cluster/resources?type=vm", cookie }));
      times.push(performance.now() - started);
      if (data.length < machines) throw new Error(`${data.length} machines were listed, ${machines} are there`);
    }
    const info: DaemonInfo = JSON.parse(readFileSync(files.info, "utf8"));
    return { ms: median(times.slice(1)), mb: residentMb(info.pid) };
  } finally {
    await sandbox.stop();
  }
}

/** Time and memory of a sandbox with 1000 virtual machines, beside one with 100. Leaves nothing behind. */
export async function manyMachines(): Promise<Measure[]> {
  const home = mkdtempSync(join(tmpdir(), "ampere-lab-bench-"));
  try {
    const config = join(home, "lab.config.json");
    const basePort = await freeBasePort();
    writeFileSync(config, JSON.stringify({ ...lab, access: { ...lab.access, basePort } }));
    const env = { ...process.env, LAB_HOME: home, LAB_CONFIG: config, LAB_SANDBOX: "1" };
    const cdktf = join(ROOT, "cli", "bin", "cdktf.js");
    execFileSync(process.execPath, [cdktf, "deploy", "oci", "proxmox", "--auto-approve"], {
      cwd: ROOT,
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    await (await openSandbox({ labHome: home })).stop();
    const data = join(home, ".sandbox");
    const { rootPassword } = await ensureSecrets(plainSecretsFile(data), [], guardOf({ home, data }));
    const few = await listed(home, rootPassword, FEW);
    const many = await listed(home, rootPassword, MANY);
    return [
      measure("listing of 1,000 VMs, TLS and all", many.ms, "ms", 50),
      measure("listing of 1,000 VMs against 100", many.ms / few.ms, "x", 15),
      measure("memory of the sandbox with them", many.mb, "MB", 300),
    ];
  } finally {
    rmSync(home, { recursive: true });
  }
}
