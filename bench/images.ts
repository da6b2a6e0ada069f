/**
 * `npm run bench:images`: `lab images build` against plain `packer build` of the same template, side by side, so that
 * whatever else the machine does hits both alike. Needs what `npm run test:images` has installed and made.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { standIn } from "../__tests__/real-images/stand-in.ts";
import { runMain } from "../config/index.ts";
import { sha512OfFile } from "../images/build.ts";
import { line, measure, timeAsync } from "./measure.ts";

const ROOT = join(import.meta.dirname, "..");
const FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd";

/** What one would do by hand before calling Packer; not timed. */
function seed(folder: string): { readonly key: string; readonly seed: string } {
  const key = join(folder, "key");
  const files = join(folder, "seed");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  mkdirSync(files);
  writeFileSync(join(files, "meta-data"), "instance-id: bench\n");
  const user = { name: "image-build", sudo: "ALL=(ALL) NOPASSWD:ALL", shell: "/bin/bash" };
  const users = [{ ...user, ssh_authorized_keys: [readFileSync(`${key}.pub`, "utf8").trim()] }];
  writeFileSync(join(files, "user-data"), `#cloud-config\n${JSON.stringify({ users })}\n`);
  return { key, seed: files };
}

async function plainPacker(source: string, folder: string): Promise<number> {
  const made = seed(folder);
  const variables = {
    source_url: source,
    source_checksum: `sha512:${await sha512OfFile(source)}`,
    accelerator: "tcg",
    firmware: FIRMWARE,
    seed: made.seed,
    ssh_private_key_file: made.key,
    output: join(folder, "plain"),
    versions: join(folder, "versions.json"),
    console: join(folder, "console.log"),
  };
  const args = Object.entries(variables).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
  return timeAsync("packer", ["build", ...args, join(ROOT, "packer", "base")], {
    env: { ...process.env, CHECKPOINT_DISABLE: "1", PACKER_CACHE_DIR: join(folder, "cache") },
  });
}

async function labImages(source: string, folder: string): Promise<number> {
  const lab = join(ROOT, "cli", "bin", "lab.js");
  const args = ["images", "build", "base", "--runner", "local", "--source", source, "--force"];
  return timeAsync(process.execPath, [lab, ...args, "--artifacts", join(folder, "artifacts")], { cwd: ROOT });
}

await runMain(async () => {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  const source = await standIn();
  const folder = mkdtempSync(join(tmpdir(), "ampere-bench-"));
  try {
    console.error("measuring packer build and lab images build, side by side …");
    const [plain, ours] = await Promise.all([plainPacker(source, folder), labImages(source, folder)]);
    const measures = [
      measure("packer build", plain / 1000, "s"),
      measure("lab images build", ours / 1000, "s"),
      measure("lab images build / packer build", ours / plain, "x", 1.1),
    ];
    console.log(values.json ? JSON.stringify(measures, null, 2) : measures.map(line).join("\n"));
    if (measures.some((each) => !each.ok)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
