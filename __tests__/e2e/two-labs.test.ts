/** Two labs at once on one machine, by the commands of README.md and nothing else. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runningSandbox } from "../../sandbox/client.ts";

jest.setTimeout(300_000);

const ROOT = join(__dirname, "..", "..");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-two-"));
});
afterAll(async () => {
  for (const name of ["one", "two"]) await (await runningSandbox(join(folder, name)))?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** With the config of the repository, which names no ports; and nothing of other labs of this machine. */
function run(name: string, bin: string, ...args: readonly string[]) {
  const env = { ...process.env, LAB_HOME: join(folder, name), TMPDIR: folder };
  const child = spawn(process.execPath, [join(ROOT, "cli", "bin", bin), ...args, "--sandbox"], { cwd: ROOT, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const names = ["one", "two"] as const;

it("deploys two labs at the same time, each with ports of its own, and both are well", async () => {
  const deploys = await Promise.all(names.map((name) => run(name, "cdktf.js", "deploy", "--auto-approve")));
  expect(deploys.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(["", ""]);
  const told = await Promise.all(names.map((name) => run(name, "lab.js", "status", "--json")));
  const labs = told.map(({ stdout }) => JSON.parse(stdout));
  expect(labs).toMatchObject(names.map(() => ({ ok: true, nodes: [{ state: "ready" }] })));
  const ports: readonly number[] = labs.flatMap((lab) => lab.ports.map(({ port }: { port: number }) => port));
  expect(new Set(ports).size).toBe(ports.length);
});
