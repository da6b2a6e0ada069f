/** Counts the lab's use of every limit, by its config, its states and its account. */
import type { LimitName } from "../../../config/limits.ts";
import { freeTierUses } from "../../../constructs/free-tier/guard.ts";
import { runningSandbox } from "../../../sandbox/client.ts";
import { planTopology } from "../../../topology/plan.ts";
import type { Topology } from "../../../topology/types.ts";
import { type AccountUse, accountUse } from "../../clients/oci-limits.ts";
import { messageOf } from "../../ui/errors.ts";
import { statesOf } from "../state/open.ts";
import { availabilityDomainsOf, openAccount } from "../synth/oci-account.ts";
import type { Project } from "../synth/project.ts";
import { type LimitRow, limitRows, type Sources } from "./limit-rows.ts";
import { configOf } from "../synth/config.ts";
import { built } from "../synth/built-lab.ts";

/** What was found out of every limit. */
export interface LimitsReport {
  readonly topology: Topology;
  readonly rows: readonly LimitRow[];
  /** Amounts that only Terraform will know. */
  readonly unknown: readonly string[];
  /** Whose counts are in the rows; or why nobody's are. */
  readonly account: { readonly asked: "sandbox" | "oci" } | { readonly asked: null; readonly why: string };
}

type Account = { readonly uses: ReadonlyMap<LimitName, AccountUse> } & Pick<LimitsReport, "account">;

const NOBODY: ReadonlyMap<LimitName, AccountUse> = new Map();

/** Who cannot be asked is no obstacle to the rest. */
async function askAccount(topology: Topology, project: Project, signal: AbortSignal): Promise<Account> {
  const { config } = topology;
  const sandbox = project.sandbox ? await runningSandbox(project.home) : null;
  if (project.sandbox && sandbox === null)
    return { uses: NOBODY, account: { asked: null, why: "as no sandbox runs: npx lab sandbox start" } };
  try {
    const account = await openAccount(config, sandbox, signal);
    const domain = (await availabilityDomainsOf(account))[config.oci.availabilityDomain - 1] ?? "";
    return { uses: await accountUse(account, domain), account: { asked: sandbox === null ? "oci" : "sandbox" } };
  } catch (error) {
    return { uses: NOBODY, account: { asked: null, why: messageOf(error) } };
  }
}

/** Builds the lab and writes none of it: a synth refuses a lab that is over, and this is to say by how much. */
export async function findLimits(project: Project, signal: AbortSignal): Promise<LimitsReport> {
  const topology = planTopology(await configOf(project));
  const { app, images } = await built(topology, project);
  const { uses, unknown } = freeTierUses(app.stacks, images);
  const [states, account]: [Sources["states"], Account] = await Promise.all([
    statesOf(app, project),
    askAccount(topology, project, signal),
  ]);
  const imageBuilt = images.proxmox.sizeBytes !== null;
  return {
    topology,
    rows: limitRows({ config: uses, imageBuilt, states, account: account.uses }),
    unknown,
    account: account.account,
  };
}
