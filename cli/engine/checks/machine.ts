/** Checks this machine: free ports for the tunnels, /dev/kvm, and the programs that the lab runs. */
import { accessSync, constants, existsSync } from "node:fs";
import type { LabConfig } from "../../../config/schema.ts";
import { findEngine } from "../../../images/runners/dagger-engine.ts";
import { bringsPlugin, missingForLocal } from "../../../images/runners/local-tools.ts";
import type { Tunnel } from "../../../topology/types.ts";
import { listenerOn } from "../../clients/listeners.ts";
import { isFree } from "../../clients/tunnels.ts";
import { messageOf } from "../../ui/errors.ts";
import { fail, type Finding, findingsOf, ok, PATIENCE_MS, warn } from "../../ui/findings.ts";
import { describeBinary, findBinary } from "../terraform/binary.ts";
import { which } from "../terraform/tools.ts";
import { capture } from "../../clients/processes.ts";

/**
 * @param sandbox the lab is the sandbox's
 * @param running the sandbox of this LAB_HOME runs, and has tunnels of its own
 * @param holder process of the `lab tunnel` that holds them; null where there is none
 */
export async function ports(
  tunnels: readonly Tunnel[],
  sandbox: boolean,
  running: boolean,
  holder: number | null = null,
): Promise<readonly Finding[]> {
  const name = "tunnel ports";
  const looked = await Promise.all(
    tunnels.map(async ({ localPort }) => ({
      localPort,
      free: await isFree(localPort).catch((error: unknown) => messageOf(error)),
    })),
  );
  const taken = looked.filter(({ free }) => free !== true);
  const numbers = taken.map(({ localPort }) => localPort).join(", ");
  if (taken.length === 0) return [ok(name, `${tunnels.length} on 127.0.0.1 are free`)];
  if (holder !== null) return [ok(name, `${numbers}: taken by lab tunnel, process ${holder}, which shares them`)];
  if (sandbox && running) return [ok(name, `${numbers}: taken while this LAB_HOME's sandbox runs, which opens them`)];
  const who = listenerOn(taken[0]?.localPort ?? 0);
  const by = who === null ? "" : ` by ${who}`;
  if (running)
    return [warn(name, `${numbers}: taken${by}`, "end this LAB_HOME's sandbox if it has them: npx lab sandbox stop")];
  return [
    fail(name, `${numbers}: taken${by}`, "end the program that has them, or set access.basePort to another range"),
  ];
}

/** What /dev/kvm can do here; packer/build.sh decides by the same. */
export function kvmHere(device: string, architecture: string): Finding {
  const name = "/dev/kvm";
  if (!existsSync(device)) return ok(name, "not here: images are built under emulation, which takes longer");
  if (architecture !== "arm64")
    return ok(name, `here, and no help: this machine is ${architecture}, and the lab's images are arm64`);
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return ok(name, "opens: images are built with it");
  } catch {
    return warn(name, "is not yours to open: images are built under emulation", "join the group kvm, and log in anew");
  }
}

/** What guests of the lab run under, whatever this machine has. */
export function kvm({ virtualization, kubernetes, proxmox }: LabConfig): readonly Finding[] {
  if (proxmox !== null) return [];
  if (kubernetes.placement === "oci")
    return [ok("guests", "none: Talos runs on the instances themselves, at their own speed")];
  const guests =
    virtualization === "tcg"
      ? ok("guests", "TCG, emulated and slow: OCI's A1 instances have no /dev/kvm, whatever this machine has")
      : fail("guests", "virtualization is kvm", 'set it to "tcg": A1 instances have no /dev/kvm');
  return [kvmHere("/dev/kvm", process.arch), guests];
}

type Environment = Readonly<Record<string, string>>;

/** For a program that has to answer before its check is given up on. */
const quickly = (env: Environment) => ({ env: { ...env }, timeout: PATIENCE_MS - 500, killSignal: "SIGKILL" }) as const;

/** For the one program without which nothing works: it fails only where a busy machine cannot be the cause. */
const TERRAFORM_MS = 10_000;

/** The version in what a program says of itself; some say it on stderr. Null when it does not run. */
async function versionOf(program: string, args: readonly string[], env: Environment): Promise<string | null> {
  const { error, stdout, stderr } = await capture(program, args, quickly(env));
  return error === null ? (/\d+\.\d+(\.\d+|p\d+)?/.exec(stdout + stderr)?.[0] ?? "of no known version") : null;
}

async function terraform(env: Environment): Promise<Finding> {
  const name = "terraform";
  try {
    const binary = await findBinary(env, { wished: env["TERRAFORM_BINARY_NAME"], timeout: TERRAFORM_MS });
    return ok(name, `${describeBinary(binary)}: plans and deploys`);
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
async function hasPlugin(env: Environment): Promise<boolean> {
  const { error, stdout } = await capture("packer", ["plugins", "installed"], quickly(env));
  return error === null && stdout.includes("packer-plugin-qemu_");
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
 * The programs that the lab runs: which are here, in which version, and what each is for. Each has a deadline of its own:
 * one that hangs holds up no other.
 *
 * @param env what programs are started in; PATH as the lab has it
 */
export async function tools(env: Environment, sandbox: boolean, patienceMs = PATIENCE_MS): Promise<readonly Finding[]> {
  const each = (name: string, check: () => Promise<Finding>, forMs = patienceMs) =>
    findingsOf(name, async () => [await check()], forMs);
  const groups = await Promise.all([
    [ok("node", `${process.version}: runs the lab`)],
    each("terraform", () => terraform(env), TERRAFORM_MS + PATIENCE_MS),
    each("ssh", () => ssh(env, sandbox)),
    each("image builder", () => images(env)),
    each("go", () => optional("go", ["version"], "for npx lab tools build", env)),
    each("nix", () => optional("nix", ["--version"], "for the flake, which has every tool", env)),
  ]);
  return groups.flat();
}
