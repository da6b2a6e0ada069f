/** Labs of other authors, with the real providers: each deploys, then shows no change, and is destroyed. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { which } from "../../cli/engine/terraform/tools.ts";
import { openSandbox, type Sandbox } from "../../sandbox/client.ts";
import { type GoRun, run } from "./go-tests.ts";
import { givenIn } from "./labs-given.ts";
import { type Lab, LABS } from "./labs-list.ts";
import { openModules } from "./labs-modules.ts";
import type { Outcome } from "./outcome.ts";
import type { Case, CommandSuite, Place } from "./suite.ts";

const DEADLINE_MS = 600_000;
const HOST = { name: "pve", cpus: 32, memoryGb: 128, diskGb: 2000 };

const NOT_PLAYED =
  /.*(?:not played here|NotPlayed|received an HTTP 501|not implemented|does not support (?:resource type|data source)).*/i;
/** The internet, and what runs on a machine: no command does. */
const NEEDS_MORE = /.*(?:reaches nothing beyond loopback|Forbidden|no such host|provisioner error|External Program).*/i;
const OTHER_TOOL = /.*does not support Terraform version.*/;
const ERROR = /Error: .*/;
const CHANGE = /# .* (?:will|must) be .*/;

/** The provider deletes a compartment only where the lab says `enable_delete`; a factory forgets no schematic. */
const STAYS = ["oci_identity_compartment", "talos_image_factory_schematic"];

/** What `plan -detailed-exitcode` ends with where there are any. */
const CHANGES = 2;

function judged({ known }: Lab, step: string, output: string): Outcome {
  const plain = stripVTControlCharacters(output);
  if (known?.says.test(plain)) return { verdict: known.verdict, line: known.because };
  const line = (pattern: RegExp, text = plain): string => pattern.exec(text)?.[0].replaceAll(/[│╷╵]/g, "").trim() ?? "";
  if (step === "changes")
    return { verdict: "deviates", line: `the next plan has ${line(CHANGE, plain.slice(plain.indexOf("$ plan\n")))}` };
  if (NOT_PLAYED.test(plain)) return { verdict: "not-played", line: line(NOT_PLAYED) };
  if (OTHER_TOOL.test(plain)) return { verdict: "skipped", line: line(OTHER_TOOL) };
  if (NEEDS_MORE.test(plain)) return { verdict: "needs-account", line: line(NEEDS_MORE) };
  return { verdict: "deviates", line: line(ERROR) };
}

/** Lays out a lab as it was at its commit, in a folder of its own. @throws Error where there is no such checkout */
async function layOut({ repository, commit, folder = ".", root }: Lab, source: string, into: string): Promise<string> {
  const checkout = join(source, repository);
  if (!existsSync(checkout)) throw new Error(`no ${checkout}: it is to be a clone of github.com/${repository}`);
  const whole = root === undefined ? into : join(into, "lab");
  mkdirSync(whole, { recursive: true });
  const { code, output } = await run("sh", ["-c", `git archive ${commit} | tar -x -C '${whole}'`], {
    folder: checkout,
  });
  if (code !== 0) throw new Error(`no ${commit} in ${checkout}:\n${output}`);
  if (root !== undefined) writeFileSync(join(into, "main.tf"), root);
  return root === undefined ? join(whole, folder) : into;
}

/** Where and with what a lab is run. */
interface Site {
  readonly sandbox: Sandbox;
  readonly tool: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Ends what `during` starts once a compartment is on its way out: Oracle takes half an hour for it or more, and so does the sandbox. */
async function untilCompartmentGoes(
  sandbox: Sandbox,
  during: (signal: AbortSignal) => Promise<GoRun>,
): Promise<GoRun & { readonly isGoing: boolean }> {
  const going = new AbortController();
  const { stop } = await sandbox.subscribe(({ method, target }) => {
    if (method === "DELETE" && target.includes("/compartments/")) going.abort();
  });
  const ended = await during(going.signal);
  stop();
  return { ...ended, isGoing: going.signal.aborted };
}

/** Deploys, plans, destroys; destroys in any case. */
async function live({ sandbox, tool, folder, env }: Site): Promise<GoRun & { readonly step: string }> {
  let output = "";
  const step = async (args: readonly string[], signal?: AbortSignal): Promise<GoRun> => {
    const ended = await run(tool, args, { folder, env, deadlineMs: DEADLINE_MS, ...(signal && { signal }) });
    output += `$ ${args[0]}\n${ended.output}\n`;
    return ended;
  };
  const steps = [
    ["get"],
    ["apply", "-auto-approve", "-input=false"],
    ["plan", "-detailed-exitcode", "-input=false"],
  ] as const;
  let failed: (GoRun & { readonly step: string }) | null = null;
  for (const args of steps) {
    if (failed !== null) break;
    const ended = await step(args);
    if (ended.code !== 0) failed = { ...ended, step: ended.code === CHANGES ? "changes" : args[0] };
  }
  const destroyed = await untilCompartmentGoes(sandbox, (signal) =>
    step(["destroy", "-auto-approve", "-input=false"], signal),
  );
  return failed === null
    ? { code: destroyed.isGoing ? 0 : destroyed.code, output, step: "destroy" }
    : { ...failed, output };
}

/** @param home the user's */
async function runLab(lab: Lab, source: string, env: Readonly<Record<string, string>>, home: string) {
  const tool = which(lab.tool ?? "terraform", process.env["PATH"] ?? "");
  if (tool === undefined) throw new Error(`no ${lab.tool ?? "terraform"} on PATH`);
  const sandbox = await openSandbox({ labHome: env["LAB_HOME"] ?? "" });
  await sandbox.setAccount(lab.account ?? "always-free");
  const given = await givenIn(sandbox, env, home);
  const folder = await layOut(lab, source, join(home, "lab"));
  writeFileSync(join(folder, "acceptance.auto.tfvars.json"), JSON.stringify(lab.variables(given)));
  const modules = await openModules(source, lab.modules ?? [], join(home, "terraform.rc"));
  const before = new Set((await sandbox.inventory()).map(({ id }) => id));
  const ended = await live({ sandbox, tool, folder, env: { ...env, ...modules.env, HOME: home } });
  modules.close();
  const left = async (): Promise<readonly string[]> => {
    const all = (await sandbox.inventory()).filter(({ type, id }) => !before.has(id) && !STAYS.includes(type));
    return all.map(({ type, name }) => `${type} ${name}`);
  };
  // bpg/proxmox does not wait for the tasks that delete files.
  for (let tries = 0; tries < 20 && (await left()).length > 0; tries += 1) await setTimeout(250);
  return { ...ended, left: await left() };
}

function caseOf(lab: Lab, source: string): Case {
  return {
    name: lab.repository,
    async run(env) {
      const home = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
      try {
        const { code, output, step, left } = await runLab(lab, source, env, home);
        if (code === null) return { verdict: "deadline", line: step, output };
        if (code !== 0) return { ...judged(lab, step, output), output };
        if (left.length === 0) return { verdict: "pass", line: "", output };
        return { verdict: "deviates", line: `left after the destroy: ${left.join(", ")}`, output };
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
  };
}

async function open(): Promise<Place> {
  if (process.env["TF_CLI_CONFIG_FILE"] === undefined)
    throw new Error("TF_CLI_CONFIG_FILE: it is to name a configuration with dev_overrides for the real providers");
  const labHome = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
  const opened = (): Promise<Sandbox> => openSandbox({ labHome });
  return {
    async fresh() {
      await (await opened()).stop();
      rmSync(join(labHome, ".sandbox"), { recursive: true, force: true });
      const sandbox = await opened();
      const { api, rootPassword } = await sandbox.addHost(HOST);
      await sandbox.setAdminCidrs(["203.0.113.7/32"]);
      const { all, oci, talos } = await sandbox.real();
      return {
        ...all,
        ...oci,
        ...talos,
        LAB_HOME: labHome,
        CHECKPOINT_DISABLE: "1",
        TF_IN_AUTOMATION: "1",
        PROXMOX_VE_ENDPOINT: api,
        PROXMOX_VE_INSECURE: "true",
        PROXMOX_VE_USERNAME: "root@pam",
        PROXMOX_VE_PASSWORD: rootPassword,
        PROXMOX_VE_SSH_USERNAME: "root",
        PROXMOX_VE_SSH_PASSWORD: rootPassword,
        // The way to the host's own address, which labs name.
        PROXMOX_VE_SSH_SOCKS5_SERVER: new URL(all["HTTPS_PROXY"] ?? "").host,
      };
    },
    async close() {
      await (await opened()).stop();
      rmSync(labHome, { recursive: true, force: true });
    },
  };
}

export const labs: CommandSuite = {
  cases: (source, _programs, wanted) =>
    Promise.resolve(LABS.filter(({ repository }) => wanted.test(repository)).map((lab) => caseOf(lab, source))),
  open,
};
