/** Labs of other authors, with the real providers: each deploys, then shows no change, and is destroyed. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { which } from "../../cli/engine/terraform/tools.ts";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import { openSandbox, type OwnHostAccess, type Sandbox } from "../../sandbox/client.ts";
import { sandboxFiles } from "../../sandbox/daemon/files.ts";
import { platformImages } from "../../sandbox/oci/resources/platform-images.ts";
import { type GoRun, run } from "./go-tests.ts";
import { type Given, type Lab, LABS } from "./labs-list.ts";
import type { Outcome } from "./outcome.ts";
import type { Case, CommandSuite, Place } from "./suite.ts";

const DEADLINE_MS = 600_000;
const HOST = { name: "pve", cpus: 32, memoryGb: 128, diskGb: 2000 };
const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2ZkQfBNCtWDzQ7Cl6PO9DZbLsrKCWXXnGXfnnAcgrL acceptance";

const NOT_PLAYED = /.*(?:not played here|NotPlayed|received an HTTP 501|not implemented).*/i;
/** The internet, and what runs on a machine: no command does. */
const NEEDS_MORE = /.*(?:reaches nothing beyond loopback|Forbidden|no such host|provisioner error|External Program).*/i;
const ERROR = /Error: .*/;

/** What `plan -detailed-exitcode` ends with where there are any. */
const CHANGES = 2;

function judged(output: string): Outcome {
  const plain = stripVTControlCharacters(output);
  const line = (pattern: RegExp): string => pattern.exec(plain)?.[0].replaceAll(/[│╷╵]/g, "").trim() ?? "";
  if (NOT_PLAYED.test(plain)) return { verdict: "not-played", line: line(NOT_PLAYED) };
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

const worldSchema = z.object({ oci: z.object({ adPrefix: z.string() }) });

async function tokenOf({ name, api, address, rootPassword }: OwnHostAccess): Promise<string> {
  const pve = new PveApi({ name, api, address }, rootPassword, new Deadline(30));
  const made = await pve.post("access/users/root@pam/token/acceptance", { privsep: 0 });
  return `root@pam!acceptance=${String(Object(made).value)}`;
}

/** What a user of a lab fills in. */
async function givenIn(sandbox: Sandbox, env: Readonly<Record<string, string>>, home: string): Promise<Given> {
  const { oci } = await sandbox.real();
  const variable = (name: string): string => oci[`TF_VAR_${name}`] ?? "";
  const region = variable("region");
  const { adPrefix } = worldSchema.parse(
    JSON.parse(readFileSync(sandboxFiles(env["LAB_HOME"] ?? "").world, "utf8")),
  ).oci;
  const [host] = await sandbox.hosts();
  if (host === undefined) throw new Error("the sandbox has lost its host");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  writeFileSync(join(home, ".ssh", "id_rsa.pub"), PUBLIC_KEY);
  return {
    tenancy: variable("tenancy_ocid"),
    user: variable("user_ocid"),
    fingerprint: variable("fingerprint"),
    keyFile: variable("private_key_path"),
    key: readFileSync(variable("private_key_path"), "utf8"),
    region,
    domain: (number) => `${adPrefix}:${region.toUpperCase()}-AD-${number}`,
    image(name) {
      const found = platformImages(region).find(({ displayName }) => displayName.startsWith(name));
      if (!found) throw new Error(`no image ${name} in ${region}`);
      return found.id;
    },
    publicKey: PUBLIC_KEY,
    host,
    token: await tokenOf(host),
  };
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

function caseOf(lab: Lab, source: string): Case {
  return {
    name: lab.repository,
    async run(env) {
      const folder = mkdtempSync(join(tmpdir(), "ampere-lab-acceptance-"));
      const tool = which(lab.tool ?? "terraform", process.env["PATH"] ?? "");
      if (tool === undefined) throw new Error(`no ${lab.tool ?? "terraform"} on PATH`);
      try {
        const sandbox = await openSandbox({ labHome: env["LAB_HOME"] ?? "" });
        await sandbox.setAccount(lab.account ?? "always-free");
        const given = await givenIn(sandbox, env, folder);
        const place = await layOut(lab, source, join(folder, "lab"));
        writeFileSync(join(place, "acceptance.auto.tfvars.json"), JSON.stringify(lab.variables(given)));
        const before = (await sandbox.inventory()).length;
        const { code, output, step } = await live({
          sandbox,
          tool,
          folder: place,
          env: { ...env, HOME: folder },
        });
        if (code === null) return { verdict: "deadline", line: step, output };
        if (step === "changes") return { verdict: "deviates", line: "the plan after the deploy has changes", output };
        if (code !== 0) return { ...judged(output), output };
        const left = (await sandbox.inventory()).length - before;
        if (left === 0) return { verdict: "pass", line: "", output };
        return { verdict: "deviates", line: `${left} objects are left after the destroy`, output };
      } finally {
        rmSync(folder, { recursive: true, force: true });
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
