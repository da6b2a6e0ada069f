/** Where the tests of real images build: a folder of their own, and `lab images` as a user would call it. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identify } from "../../images/identity.ts";

const ROOT = join(__dirname, "../..");

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run these tests with npm run test:images`);
  return value;
}

/** The stand-in for Debian's cloud image. */
export const SOURCE = required("IMAGE_TEST_SOURCE");
/** Where builds go; kept after the tests, for whoever reads their manifests. */
export const ARTIFACTS = required("IMAGE_TEST_ARTIFACTS");

export const work = mkdtempSync(join(tmpdir(), "ampere-images-"));
export const removeWork = (): void => rmSync(work, { recursive: true, force: true });

export const diskOf = (artifact: string): string => join(ARTIFACTS, artifact, "disk.qcow2");

/** Writes down, before an image is built, what it is built from: only that will have been tested. */
export async function rememberInputs(image: "base" | "proxmox"): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(join(ARTIFACTS, `inputs-${image}`), identify()[image]);
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs `lab images …`; its progress goes to this process's stderr. */
export async function labImages(...args: readonly string[]): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [join(ROOT, "cli/bin/lab.js"), "images", ...args, "--artifacts", ARTIFACTS, "--json"],
    { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
  );
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout };
}
