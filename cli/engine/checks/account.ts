/** Checks the account: whether it accepts the key, its home region, and its room for the lab. */
import { runningSandbox } from "../../../sandbox/client.ts";
import { MICRO_SHAPE } from "../../../topology/shapes.ts";
import type { CloudTopology } from "../../../topology/types.ts";
import { type Capacity, capacityIn, hostsOf } from "../../clients/oci-limits.ts";
import { isForbidden, type Oci } from "../../clients/oci.ts";
import { fail, failure, type Finding, firstLine, ok, warn } from "../../ui/findings.ts";
import { list } from "../../ui/words.ts";
import { availabilityDomainsOf, domainsWith, homeRegionOf, openAccount } from "../synth/oci-account.ts";
import type { Project } from "../synth/project.ts";
import { findLimits, type LimitRow } from "./limits.ts";

/** How long the account may take to answer, in milliseconds. */
export const ACCOUNT_MS = 10_000;

/** What a deploy would add to what the account has already. */
function missing({ config, deployed }: LimitRow): number {
  return Math.max(0, (config?.used ?? 0) - (deployed?.used ?? 0));
}

/** @param rows with what the account counts */
export function serviceLimits(rows: readonly LimitRow[]): readonly Finding[] {
  const name = "service limits";
  const asked = rows.filter(({ account }) => account !== null);
  if (asked.length === 0)
    return [warn(name, "the account reports none", "see Limits, Quotas and Usage in the console")];
  const problems = asked.flatMap((row): readonly Finding[] => {
    const { used, allowed } = row.account ?? { used: 0, allowed: 0 };
    const more = missing(row);
    const found = `${row.label}: ${used} of ${`${allowed} ${row.unit}`.trim()} are taken`;
    if (more > 0 && used + more > allowed)
      return [
        fail(
          name,
          `${found}, and the lab needs ${more} more`,
          "destroy what is not the lab's, or ask Oracle for a higher limit",
        ),
      ];
    return used > allowed ? [warn(name, found, "destroy what is too much: nothing more can be created")] : [];
  });
  return problems.length > 0 ? problems : [ok(name, `room for the lab in all ${asked.length} that the account counts`)];
}

/** @param capacity of every host, where the lab is to be */
export function capacityFindings(capacity: readonly Capacity[]): readonly Finding[] {
  const name = "capacity";
  const full = capacity.filter(({ status }) => status !== "AVAILABLE");
  const [first] = capacity;
  if (full.length === 0)
    return [ok(name, `${first?.availabilityDomain} has room for ${list(capacity.map(({ host }) => host))} now`)];
  const advice =
    "npx lab capacity looks everywhere; leave hosts[].faultDomain and oci.spreadHosts out, set oci.availabilityDomain, or deploy again later";
  return full.map(({ host, availabilityDomain, faultDomain, status }) =>
    warn(name, `${availabilityDomain}${faultDomain === null ? "" : `, ${faultDomain}`}: ${status} for ${host}`, advice),
  );
}

async function home(oci: Oci, { config }: CloudTopology): Promise<readonly Finding[]> {
  const found = await homeRegionOf(oci);
  const accepted = ok("account", `takes the key of ${oci.credentials}`);
  if (found === config.oci.region) return [accepted, ok("home region", `${found}, where the lab is`)];
  const where = `${found}, and the lab is in ${config.oci.region}, where nothing is Always Free`;
  const advice = `set oci.region to ${found}`;
  return [accepted, (config.allowPaid ? warn : fail)("home region", where, advice)];
}

async function room(oci: Oci, plan: CloudTopology, project: Project, signal: AbortSignal): Promise<readonly Finding[]> {
  const [{ rows }, domains] = await Promise.all([findLimits(project, signal), availabilityDomainsOf(oci)]);
  const limits = serviceLimits(rows);
  const cores = rows.find(({ name }) => name === "a1Ocpus");
  if (cores !== undefined && missing(cores) === 0)
    return [...limits, ok("capacity", "the lab's hosts are there, and need none")];
  const { availabilityDomain: number, region } = plan.config.oci;
  const domain = domains[number - 1];
  if (domain === undefined)
    return [
      ...limits,
      fail(
        "capacity",
        `${region} has no availability domain ${number}`,
        `set oci.availabilityDomain to ${domains.length === 1 ? "1" : `1 to ${domains.length}`}`,
      ),
    ];
  return [...limits, ...capacityFindings(await capacityIn(oci, domain, hostsOf(plan)))];
}

/** Of a region's availability domains one has the micro's shape, and which it is differs between accounts. */
async function microPlace(oci: Oci, { micro, config }: CloudTopology): Promise<readonly Finding[]> {
  if (micro === null) return [];
  const name = "micro";
  const places = await domainsWith(oci, MICRO_SHAPE, await availabilityDomainsOf(oci));
  const { availabilityDomain } = micro;
  if (places.includes(availabilityDomain))
    return [ok(name, `availability domain ${availabilityDomain} of ${config.oci.region} has ${MICRO_SHAPE}`)];
  const [place] = places;
  if (place === undefined)
    return [fail(name, `${config.oci.region} has no ${MICRO_SHAPE} for this account`, "set micro to null")];
  const found = `availability domain ${availabilityDomain} of ${config.oci.region} has no ${MICRO_SHAPE}, ${place} has`;
  return [fail(name, found, `set micro.availabilityDomain to ${place}`)];
}

/** A policy may let one be read and not the other: that is no failure, and no answer either. */
async function findingsFrom(name: string, request: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await request;
  } catch (error) {
    const { found, advice } = failure(name, error, "npx lab doctor again, when the network is there");
    return [isForbidden(error) ? warn(name, `not permitted: ${found}`, advice ?? "") : fail(name, found, advice ?? "")];
  }
}

function notAsked(why: string, advice: string): readonly Finding[] {
  return [warn("account", `not asked: ${why}`, advice)];
}

/** Asks the account; a finding says why where it cannot be asked. Takes up to `ACCOUNT_MS`. */
export async function account(plan: CloudTopology, project: Project): Promise<readonly Finding[]> {
  const sandbox = project.sandbox ? await runningSandbox(project.home) : null;
  if (project.sandbox && sandbox === null) return notAsked("no sandbox runs", "start it: npx lab sandbox start");
  const signal = AbortSignal.timeout(ACCOUNT_MS);
  let oci: Oci;
  try {
    oci = await openAccount(plan.config, sandbox, signal);
  } catch (error) {
    return notAsked(firstLine(error).split("; ")[0] ?? "", "see to the credentials first");
  }
  const at = await findingsFrom("account", home(oci, plan));
  // Who does not take our key, or does not answer, needs not be asked again.
  if (at.some(({ name, status }) => name === "account" && status === "fail")) return at;
  return [
    ...at,
    ...(await findingsFrom("service limits", room(oci, plan, project, signal))),
    ...(await findingsFrom("micro", microPlace(oci, plan))),
  ];
}
