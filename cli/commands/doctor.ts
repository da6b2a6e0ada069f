/** `lab doctor`: looks at everything that a deploy stands on, and changes nothing. */
import { signInOf } from "../../config/sign-in.ts";
import { runningSandbox } from "../../sandbox/client.ts";
import { heldTunnels } from "../access/held.ts";
import { profileValues } from "../access/oci-profile.ts";
import { account, ACCOUNT_MS } from "../doctor/account.ts";
import { certificates } from "../doctor/certificates.ts";
import { config, region } from "../doctor/config.ts";
import { credentials } from "../doctor/credentials.ts";
import { readTopology } from "../synth/config.ts";
import { type Finding, findingsOf, ok, PATIENCE_MS } from "../doctor/finding.ts";
import { imageLock } from "../doctor/images.ts";
import { kvm, ports } from "../doctor/machine.ts";
import { REMOTE_MS, remoteStates } from "../doctor/remote-states.ts";
import { budgetMail } from "../doctor/spending.ts";
import { state } from "../doctor/state.ts";
import { tools } from "../doctor/tools.ts";
import { baseEnvironment } from "../environment.ts";
import { openProject, type Project } from "../project.ts";
import { isWell, showFindings } from "../show/findings.ts";
import { openTerminal } from "../show/terminal.ts";
import { printDocument } from "./document.ts";
import type { CommonOptions } from "./workplace.ts";

/** What can be told only of a config that parses. */
async function ofTheLab(project: Project): Promise<readonly Finding[]> {
  const { home, sandbox } = project;
  let topology: Awaited<ReturnType<typeof readTopology>> | undefined;
  const unread = await findingsOf("config", async () => {
    topology = await readTopology(project);
    return "status" in topology ? [topology] : [];
  });
  if (topology === undefined || "status" in topology) return unread;
  const plan = topology;
  const signIn = signInOf(plan.config.oci);
  const key = sandbox
    ? [ok("credentials", "none needed: the sandbox is an account of its own")]
    : findingsOf("credentials", () => credentials(signIn, process.env));
  const profileRegion =
    sandbox || !("profile" in signIn) ? undefined : profileValues(signIn.profile, process.env)["region"];
  const groups = await Promise.all([
    findingsOf("free tier", () => config(plan, project)),
    key,
    [budgetMail(plan.config, sandbox)],
    [region(plan.config, profileRegion)],
    findingsOf("state backend", () => remoteStates(plan, project), REMOTE_MS),
    findingsOf("images", () => imageLock(plan.config, home, sandbox)),
    findingsOf("tunnel ports", async () => {
      const holder = heldTunnels(project.data)?.pid ?? null;
      return ports(plan.tunnels, sandbox, (await runningSandbox(home)) !== null, holder);
    }),
    findingsOf("guests", () => kvm(plan.config)),
    findingsOf("account", () => account(plan, project), ACCOUNT_MS + PATIENCE_MS),
  ]);
  return groups.flat();
}

/** The sandbox's world has a clock of its own. */
async function clockOf({ home, sandbox }: Project): Promise<Date> {
  const running = sandbox ? await runningSandbox(home) : null;
  return running === null ? new Date() : running.clock();
}

/** Exits with 1 when something fails. */
export async function doctor(options: CommonOptions): Promise<number> {
  const project = openProject(options);
  const { sandbox } = project;
  const terminal = openTerminal({ json: options.json ?? false, color: true });
  const env = baseEnvironment(project);
  const groups = await Promise.all([
    tools(env, sandbox),
    ofTheLab(project),
    findingsOf("state", () => state(project), REMOTE_MS),
    findingsOf("certificates", async () => certificates(project, await clockOf(project))),
  ]);
  const findings = groups.flat();
  if (options.json) printDocument({ ok: isWell(findings), sandbox, findings });
  else showFindings(terminal, findings);
  return isWell(findings) ? 0 : 1;
}
