/** `lab doctor`: checks everything that a deploy needs, and changes nothing. */
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { baseEnvironment } from "../../engine/synth/environment.ts";
import { openProject, type Project } from "../../engine/synth/project.ts";
import type { CloudTopology, Topology } from "../../../topology/types.ts";
import { CliError } from "../../ui/errors.ts";
import { type CommandDefinition, inSandbox, json, where } from "../../ui/command.ts";
import { type Finding, findingsOf, ok, PATIENCE_MS, reportFindings } from "../../ui/findings.ts";
import { openTerminal } from "../../ui/terminal.ts";

interface DoctorOptions extends CommonOptions {
  /** Look at this host's serial console, and at nothing else. */
  readonly boot?: string;
}

/** What the config says of the account. */
async function inTheAccount({ config }: CloudTopology, sandbox: boolean): Promise<readonly Finding[]> {
  const { signInOf } = await import("../../../config/sign-in.ts");
  const { profileValues } = await import("../../clients/oci.ts");
  const { budgetMail, credentials, region } = await import("../../engine/checks/config.ts");
  const signIn = signInOf(config.oci);
  const key = sandbox
    ? [ok("credentials", "none needed: the sandbox is an account of its own")]
    : await findingsOf("credentials", () => credentials(signIn, process.env));
  const profileRegion =
    sandbox || !("profile" in signIn) ? undefined : profileValues(signIn.profile, process.env)["region"];
  return [...key, budgetMail(config, sandbox), region(config, profileRegion)];
}

/** What the lab says of itself, and the programs that it has no use for. */
interface OfTheLab {
  readonly findings: readonly Finding[];
  readonly unneeded: readonly string[];
}

/** Images are built for hosts that the lab makes; SSH carries what no plain relay reaches. */
function unneeded({ placement, tunnels }: Topology): readonly string[] {
  const needsSsh = tunnels.some(({ plain, jump }) => plain === undefined || jump !== undefined);
  return [...(placement === "proxmox" ? [] : ["image builder"]), ...(needsSsh ? [] : ["ssh"])];
}

/** What can be checked only of a config that parses. */
async function ofTheLab(project: Project): Promise<OfTheLab> {
  const { runningSandbox } = await import("../../../sandbox/client.ts");
  const { heldTunnels } = await import("../../clients/held-tunnels.ts");
  const { account, ACCOUNT_MS } = await import("../../engine/checks/account.ts");
  const { config, support } = await import("../../engine/checks/config.ts");
  const { HOSTS_MS, ownHosts } = await import("../../engine/checks/existing.ts");
  const { imageLock } = await import("../../engine/checks/images.ts");
  const { kvm, ports } = await import("../../engine/checks/machine.ts");
  const { REMOTE_MS, remoteStates } = await import("../../engine/checks/state.ts");
  const { readTopology } = await import("../../engine/synth/config.ts");
  const { home, sandbox } = project;
  let topology: Awaited<ReturnType<typeof readTopology>> | undefined;
  const unread = await findingsOf("config", async () => {
    topology = await readTopology(project);
    return "status" in topology ? [topology] : [];
  });
  if (topology === undefined || "status" in topology) return { findings: unread, unneeded: [] };
  const plan = topology;
  const groups = await Promise.all([
    findingsOf("free tier", () => config(plan, project)),
    plan.placement === "existing" ? [] : inTheAccount(plan, sandbox),
    [support(plan.config, new Date().toISOString().slice(0, 10))],
    findingsOf("state backend", () => remoteStates(plan, project), REMOTE_MS),
    findingsOf("images", () => imageLock(plan.config, home, sandbox)),
    findingsOf("tunnel ports", async () => {
      const holder = heldTunnels(project.data)?.pid ?? null;
      return ports(plan.tunnels, sandbox, (await runningSandbox(home)) !== null, holder);
    }),
    findingsOf("guests", () => kvm(plan.config)),
    plan.placement === "existing"
      ? findingsOf("Proxmox VE", () => ownHosts(plan, project), HOSTS_MS)
      : findingsOf("account", () => account(plan, project), ACCOUNT_MS + PATIENCE_MS),
  ]);
  return { findings: groups.flat(), unneeded: unneeded(plan) };
}

/** Whether a host has booted. */
async function bootOfHost(host: string, project: Project): Promise<readonly Finding[]> {
  const { boot, BOOT_MS } = await import("../../engine/checks/boot.ts");
  const { readTopology } = await import("../../engine/synth/config.ts");
  const plan = await readTopology(project);
  if ("status" in plan) return [plan];
  if (plan.placement === "existing") throw new CliError("--boot: this lab has no instances, but hosts of your own");
  return findingsOf("boot", () => boot(host, plan, project), BOOT_MS);
}

/** Exits with 1 when something fails. */
async function examine(options: DoctorOptions): Promise<number> {
  const { certificates, clockOf } = await import("../../engine/checks/certificates.ts");
  const { tools } = await import("../../engine/checks/machine.ts");
  const { REMOTE_MS, state } = await import("../../engine/checks/state.ts");
  const project = openProject(options);
  const { sandbox } = project;
  const terminal = openTerminal({ json: options.json ?? false, color: true });
  if (options.boot !== undefined)
    return reportFindings(await bootOfHost(options.boot, project), terminal, options.json, { sandbox });
  const env = baseEnvironment(project);
  // Before the synth, which holds up this process, and would count as their time.
  const programs = await tools(env, sandbox);
  const [lab, ...groups] = await Promise.all([
    ofTheLab(project),
    findingsOf("state", () => state(project), REMOTE_MS),
    findingsOf("certificates", async () => certificates(project, await clockOf(project))),
  ]);
  const needed = programs.filter(({ name }) => !lab.unneeded.includes(name));
  return reportFindings([...needed, ...lab.findings, ...groups.flat()], terminal, options.json, { sandbox });
}

/** `lab doctor` */
export const doctor: CommandDefinition<DoctorOptions> = {
  name: "doctor",
  description: "Look at tools, config, credentials, images, state, ports and KVM; exits with 1 when something fails",
  examples: ["npx lab doctor", "npx lab doctor --boot pve-1"],
  options: (command) =>
    json(inSandbox(where(command))).option(
      "--boot <host>",
      "look at what this instance has written to its serial console instead: whether it has booted, and if not why",
    ),
  run: examine,
};
