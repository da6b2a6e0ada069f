/** Checks the config: free tier, region, budget, credentials. */
import { statSync } from "node:fs";
import type { CloudConfig, LabConfig } from "../../../config/schema.ts";
import type { SignIn } from "../../../config/sign-in.ts";
import { minorOf, RELEASES_AS_OF, TALOS_RELEASES, talosReleaseOf } from "../../../config/versions.ts";
import { freeTierUses } from "../../../constructs/free-tier/guard.ts";
import { readApiKey } from "../../../images/upload/api-key.ts";
import { readCredentials } from "../../../images/upload/credentials.ts";
import { configFileOf } from "../../../images/upload/profile.ts";
import { freeTierVerdict } from "../../../topology/free-tier.ts";
import type { Topology } from "../../../topology/types.ts";
import { fail, failure, type Finding, ok, warn } from "../../ui/findings.ts";
import { built } from "../synth/config.ts";
import type { Project } from "../synth/project.ts";

async function freeTier(topology: Topology, project: Project): Promise<Finding> {
  const name = "free tier";
  const { config } = topology;
  const { app } = await built(topology, project);
  const { uses, unknown } = freeTierUses(app.stacks, app.imported);
  const over = freeTierVerdict(uses, config.allowPaid).rows.filter((row) => row.over);
  if (over.length === 0 && unknown.length === 0) return ok(name, "inside every Always Free limit");
  const found =
    over.length === 0
      ? `cannot be proved: ${unknown.join("; ")}`
      : `over: ${over.map(({ label, used, allowed, unit }) => `${label} ${used} of ${allowed} ${unit}`.trim()).join(", ")}`;
  if (config.allowPaid) return warn(name, found, "nothing, if the bill is meant: allowPaid accepts it");
  return fail(name, found, over[0]?.advice ?? "write these as numbers, or set allowPaid: true");
}

/** @param profileRegion what the OCI profile says; undefined where it does not */
export function region({ oci }: CloudConfig, profileRegion: string | undefined): Finding {
  const name = "region";
  if (oci.homeRegion !== undefined && oci.region !== oci.homeRegion)
    return warn(
      name,
      `${oci.region}, and the home region is ${oci.homeRegion}`,
      "set oci.region to the home region: Always Free resources exist nowhere else",
    );
  if (profileRegion !== undefined && profileRegion !== oci.region)
    return warn(
      name,
      `${oci.region}, and profile ${oci.profile} says ${profileRegion}`,
      `set oci.region to ${profileRegion} if that is your home region`,
    );
  return ok(name, `${oci.region}, taken for the home region`);
}

/** The config's own finding, and what it takes of Always Free. */
export async function config(topology: Topology, project: Project): Promise<readonly Finding[]> {
  const { name, preset } = topology.config;
  return [ok("config", `lab ${name}, preset ${preset}`), await freeTier(topology, project)];
}

/** Whether anybody would hear of a charge. @param sandbox mails nobody, and charges nothing */
export function budgetMail({ oci }: CloudConfig, sandbox: boolean): Finding {
  const { email } = oci.budget;
  if (email !== undefined) return ok("budget", `mails ${email} when anything is charged, about a day late`);
  const nobody = "no address: nobody is told when anything is charged";
  return sandbox
    ? ok("budget", `${nobody}; the sandbox charges nothing`)
    : warn("budget", nobody, "set oci.budget.email to your address");
}

/** Whether what the lab runs is still looked after. @param now YYYY-MM-DD */
export function support({ versions }: LabConfig, now: string): Finding {
  const name = "versions";
  const { talos, kubernetes } = versions;
  const ended = talosReleaseOf(talos)?.supportEnded ?? null;
  const found = `Talos ${talos}, Kubernetes ${kubernetes}`;
  if (ended === null || ended > now) return ok(name, `${found}: supported, as of ${RELEASES_AS_OF}`);
  const newest = TALOS_RELEASES.findLast((release) => release.supportEnded === null)?.talos ?? "a newer one";
  const advice = `set versions.talos to one of ${newest} for new machines, and upgrade those that exist: npx lab upgrade talos`;
  return warn(name, `${found}: community support of Talos ${minorOf(talos)} ended on ${ended}`, advice);
}

const OTHERS = 0o077;

/** Windows has no such bits. */
function isOpen(file: string): boolean {
  if (process.platform === "win32") return false;
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS) !== 0;
}

/** Whether the account's key is there, readable, and closed to others. Says where it is, and nothing that is in it. */
export async function credentials(signIn: SignIn, env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const name = "credentials";
  try {
    if (signIn.auth === "instance-principal") return [ok(name, (await readCredentials(signIn, env)).source)];
    const { source, session, keyFile } = readApiKey(signIn, env);
    if (signIn.auth === "profile" && session !== null)
      return [fail(name, `${source} is a session, not an API key`, 'set oci.auth to "security-token"')];
    const files = [...("profile" in signIn ? [configFileOf(env)] : []), ...(keyFile === null ? [] : [keyFile])];
    const open = files.filter(isOpen);
    if (open.length === 0) return [ok(name, "profile" in signIn ? `${source}, with a readable key` : source)];
    return [warn(name, `others may read ${open.join(" and ")}`, `close it to them: chmod 600 ${open.join(" ")}`)];
  } catch (error) {
    return [failure(name, error, "make an API key in the console, and say with oci.auth and oci.profile where it is")];
  }
}
