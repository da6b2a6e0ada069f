/** What the tests of real providers and clients need; kept outside of the checkout, made once. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chooseProviders } from "../../cli/engine/terraform/providers.ts";
import { buildTool } from "../../cli/engine/terraform/tools-build.ts";
import { cacheFolder, OPENTOFU, PROXMOX_PROVIDER, which } from "../../cli/engine/terraform/tools.ts";
import { parseChoices } from "../../cli/ui/options.ts";
import { must } from "../real-images/run.ts";

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const PATH = process.env["PATH"] ?? "";

/** What can be had, as variables of the tests; and what is not tested for want of it. */
export interface Had {
  readonly env: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

/** Builds OpenTofu and bpg/proxmox. */
async function tools(): Promise<Had> {
  const go = which("go", PATH);
  if (go === undefined)
    return { env: {}, missing: ["tests of the built provider and of Talos's own client: go is not on PATH"] };
  const options = { say: (line: string) => console.error(line), status: () => undefined };
  return {
    env: {
      PROVIDER_TEST_GO: go,
      PROVIDER_TEST_TOFU: await buildTool(OPENTOFU, options),
      PROVIDER_TEST_PROXMOX: await buildTool(PROXMOX_PROVIDER, options),
    },
    missing: [],
  };
}

/** A virtual environment with the Python clients, by the hash of what is in it. */
async function python(): Promise<Had> {
  const found = which("python3", PATH);
  if (found === undefined) return { env: {}, missing: ["tests with Python clients: python3 is not on PATH"] };
  const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), "python", hash);
  const ready = join(folder, "ready");
  if (!existsSync(ready)) {
    console.error(`installing Python clients into ${folder}: a minute, once`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    // In place: a virtual environment has its own path in it.
    await must(found, ["-m", "venv", folder]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", REQUIREMENTS];
    await must(join(folder, "bin", "python"), pip);
    writeFileSync(ready, "");
  }
  return { env: { PROVIDER_TEST_PYTHON: join(folder, "bin", "python") }, missing: [] };
}

/** A program that has to be there already. */
function onPath(program: string, variable: string): Had {
  const found = which(program, PATH);
  if (found === undefined) return { env: {}, missing: [`tests with ${program}: it is not on PATH`] };
  return { env: { [variable]: found }, missing: [] };
}

/** A program that somebody has built or downloaded: it takes half an hour, so nothing here does it. */
function oracleProvider(): Had {
  const found = process.env["PROVIDER_TEST_OCI"];
  if (found !== undefined) return { env: {}, missing: [] };
  return { env: {}, missing: ["tests of all arguments with oracle/oci: PROVIDER_TEST_OCI does not name its program"] };
}

/** Whether every real provider is on this machine or can be downloaded; set beforehand, it has to be. */
async function allProviders(): Promise<Had> {
  const variable = "PROVIDER_TEST_ALL";
  if (process.env[variable] !== undefined) return { env: {}, missing: [] };
  const folder = mkdtempSync(join(tmpdir(), "ampere-providers-"));
  let said = "";
  const { standIns } = await chooseProviders({
    choices: parseChoices("auto"),
    product: "Terraform",
    output: folder,
    run: folder,
    say: (line) => (said = line),
  });
  rmSync(folder, { recursive: true });
  if (standIns.length === 0) return { env: { [variable]: "1" }, missing: [] };
  return { env: {}, missing: [`tests of all real providers together: ${said}`] };
}

export async function installTools(): Promise<Had> {
  const terraform = onPath("terraform", "PROVIDER_TEST_TERRAFORM");
  const kubectl = onPath("kubectl", "PROVIDER_TEST_KUBECTL");
  const had = [terraform, kubectl, await tools(), await python(), oracleProvider(), await allProviders()];
  return {
    env: Object.assign({}, ...had.map(({ env }) => env)),
    missing: had.flatMap(({ missing }) => missing),
  };
}
