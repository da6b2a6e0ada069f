/** The programs that the lab runs: which are here, in which version, and what each is for. */
import { execFile } from "node:child_process";
import { findEngine } from "../../images/runners/dagger-engine.ts";
import { bringsPlugin, missingForLocal } from "../../images/runners/local-tools.ts";
import { messageOf } from "../errors.ts";
import { findBinary, told } from "../terraform/binary.ts";
import { which } from "../terraform/which.ts";
import { fail, type Finding, findingsOf, ok, PATIENCE_MS, warn } from "./finding.ts";

type Environment = Readonly<Record<string, string>>;

/** The version in what a program says of itself; some say it on stderr. Null when it does not run. */
function versionOf(program: string, args: readonly string[], env: Environment): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: PATIENCE_MS - 500, killSignal: "SIGKILL" } as const;
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve(error === null ? (/\d+\.\d+(\.\d+|p\d+)?/.exec(stdout + stderr)?.[0] ?? "of no known version") : null),
    );
  });
}

async function terraform(env: Environment): Promise<Finding> {
  const name = "terraform";
  try {
    const binary = await findBinary(env, { wished: env["TERRAFORM_BINARY_NAME"], timeout: PATIENCE_MS - 500 });
    return ok(name, `${told(binary)}: plans and deploys`);
  } catch (error) {
    const [problem = "", ...advice] = messageOf(error).split(/: (?=install|`npx)|; (?=install)/);
    return fail(name, problem, advice.join("; ") || "install OpenTofu or Terraform, 1.8 or newer");
  }
}

async function ssh(env: Environment, sandbox: boolean): Promise<Finding> {
  const version = await versionOf("ssh", ["-V"], env);
  if (version !== null) return ok("ssh", `OpenSSH ${version}: tunnels to real hosts`);
  const advice = "install an OpenSSH client: a real lab is reached through its tunnels";
  return (sandbox ? warn : fail)("ssh", "does not run", advice);
}

/** Whether Packer's plugin for QEMU is installed, wherever Packer keeps its plugins. */
function hasPlugin(env: Environment): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: PATIENCE_MS - 500, killSignal: "SIGKILL" } as const;
    execFile("packer", ["plugins", "installed"], options, (error, stdout) =>
      resolve(error === null && stdout.includes("packer-plugin-qemu_")),
    );
  });
}

/** Packer with QEMU, or Dagger: one is enough, and none is where the images are in the bucket already. */
async function images(env: Environment): Promise<Finding> {
  const name = "image builder";
  const missing = missingForLocal(env);
  if (missing === null) {
    const versions = await Promise.all([
      versionOf("packer", ["version"], env),
      versionOf("qemu-system-aarch64", ["--version"], env),
    ]);
    const [packer, qemu] = versions;
    if (packer && qemu) {
      if (bringsPlugin(packer) || (await hasPlugin(env)))
        return ok(name, `Packer ${packer}, QEMU ${qemu}: builds images`);
      return warn(
        name,
        `Packer ${packer}, QEMU ${qemu}, and not Packer's plugin for QEMU: the first build downloads it`,
        "packer init packer/plugins does so now",
      );
    }
  }
  const search = await findEngine(env, PATIENCE_MS / 3);
  if (search.engine !== null) return ok(name, "a Dagger engine: builds images");
  return warn(
    name,
    `${missing ?? "Packer or QEMU does not run"}; no Dagger engine: ${search.reason}`,
    "install either to build images here, or build and upload them on another machine",
  );
}

async function optional(name: string, args: readonly string[], purpose: string, env: Environment): Promise<Finding> {
  if (which(name, env["PATH"] ?? "") === undefined) return ok(name, `not here, and only needed ${purpose}`);
  const version = await versionOf(name, args, env);
  if (version !== null) return ok(name, `${version}: ${purpose}`);
  return warn(name, "is on PATH and does not run", `install it anew, if you want it ${purpose}`);
}

/**
 * Each has a deadline of its own: one that hangs keeps no other from telling.
 *
 * @param env what programs are started in; PATH as the lab has it
 */
export async function tools(env: Environment, sandbox: boolean, patienceMs = PATIENCE_MS): Promise<readonly Finding[]> {
  const each = (name: string, check: () => Promise<Finding>) =>
    findingsOf(name, async () => [await check()], patienceMs);
  const groups = await Promise.all([
    [ok("node", `${process.version}: runs the lab`)],
    each("terraform", () => terraform(env)),
    each("ssh", () => ssh(env, sandbox)),
    each("image builder", () => images(env)),
    each("go", () => optional("go", ["version"], "for npx lab tools build", env)),
    each("nix", () => optional("nix", ["--version"], "for the flake, which has every tool", env)),
  ]);
  return groups.flat();
}
