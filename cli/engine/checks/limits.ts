/** Counts use of each Always Free limit, side by side: config, deployed, account. */
import { type LimitName, LIMITS } from "../../../config/limits.ts";
import { accountIn } from "../../../config/sign-in.ts";
import { freeTierUses } from "../../../constructs/free-tier/guard.ts";
import { usesOf } from "../../../constructs/free-tier/uses.ts";
import { runningSandbox } from "../../../sandbox/client.ts";
import { freeTierVerdict, type Use, type VerdictRow } from "../../../topology/free-tier.ts";
import { planTopology } from "../../../topology/plan.ts";
import type { Topology } from "../../../topology/types.ts";
import { type AccountUse, accountUse } from "../../clients/oci-limits.ts";
import { messageOf } from "../../ui/errors.ts";
import { table } from "../../ui/words.ts";
import { statesOf } from "../state/open.ts";
import type { State } from "../state/state.ts";
import { built, configOf } from "../synth/config.ts";
import { availabilityDomainsOf, openAccount } from "../synth/oci-account.ts";
import type { Project } from "../synth/project.ts";

/** Use of one limit, in the limit's unit. */
export interface Counted {
  readonly used: number;
  /** Resources, as in the construct tree or in the state; none of a limit that nothing takes of. */
  readonly by: readonly string[];
  readonly over: boolean;
}

/** One limit, and what is used of it. */
export interface LimitRow {
  readonly name: LimitName;
  readonly label: string;
  readonly unit: string;
  readonly rule: VerdictRow["rule"];
  /** Null where it is not known. */
  readonly config: Counted | null;
  /** Null where nothing is deployed, or it is not known. */
  readonly deployed: Counted | null;
  /** Null where the account was not asked, or does not count it. */
  readonly account: AccountUse | null;
  readonly allowed: number;
  readonly advice: string;
  readonly source: string;
}

/** All that use is counted by. */
export interface Sources {
  readonly config: readonly Use[];
  /** Whether the size of the hosts' image is known yet. */
  readonly imageBuilt: boolean;
  /** States by stack. */
  readonly states: ReadonlyMap<string, State>;
  readonly account: ReadonlyMap<LimitName, AccountUse>;
}

/** What the resources of a state take; a state has the arguments under the names that the synthesized JSON has. */
export function deployedUses(states: Sources["states"]): readonly Use[] {
  return [...states].flatMap(([stack, { resources }]) =>
    resources.flatMap(({ type, address, attributes }) =>
      usesOf(type, attributes).map((use) => ({ ...use, by: `${stack}/${address}` })),
    ),
  );
}

const counted = ({ used, by, over }: VerdictRow): Counted => ({ used, by, over });

/** One row a limit, in the order of the table of limits. */
export function limitRows({ config, imageBuilt, states, account }: Sources): readonly LimitRow[] {
  const wanted = freeTierVerdict(config, true).rows;
  const there = freeTierVerdict(deployedUses(states), true).rows;
  const deployed = [...states.values()].some(({ resources }) => resources.length > 0);
  return wanted.map((row, index): LimitRow => {
    const { limit: name, label, unit, rule, allowed, advice } = row;
    // Nobody counts traffic, and objects in the bucket are in no state.
    const unknown = name === "egressTb" || (name === "objectStorageGb" && !imageBuilt);
    const stated = there[index];
    return {
      name,
      label,
      unit,
      rule,
      config: unknown ? null : counted(row),
      deployed:
        !deployed || stated === undefined || name === "egressTb" || name === "objectStorageGb" ? null : counted(stated),
      account: account.get(name) ?? null,
      allowed,
      advice,
      source: LIMITS[name].source,
    };
  });
}

const ABSENT = "-";

function amount(value: number, { unit }: LimitRow): string {
  return `${value} ${unit}`.trim();
}

function use(value: Counted | null, row: LimitRow): string {
  if (value === null || (row.rule === "each at least" && value.by.length === 0)) return ABSENT;
  return amount(value.used, row);
}

function account(row: LimitRow): string {
  return row.account === null ? ABSENT : `${row.account.used} of ${amount(row.account.allowed, row)}`;
}

function remark({ config, deployed, advice }: LimitRow): string {
  if (config?.over) return `over: ${advice}`;
  return deployed?.over ? `deployed is over: ${advice}` : "";
}

/**
 * The rows as a table for people, with the sources of the limits below it.
 *
 * @param asked whether there is a column of the account
 */
export function limitsTable(rows: readonly LimitRow[], asked: boolean): readonly string[] {
  const sources = [...new Set(rows.map(({ source }) => source))];
  const remarks = rows.some((row) => remark(row) !== "");
  const lines = [
    [
      "limit",
      "config",
      "deployed",
      ...(asked ? ["account"] : []),
      "allowed",
      "source",
      ...(remarks ? ["what to change"] : []),
    ],
    ...rows.map((row) => [
      row.label,
      use(row.config, row),
      use(row.deployed, row),
      ...(asked ? [account(row)] : []),
      `${row.rule === "total" ? "" : "at least "}${amount(row.allowed, row)}`,
      `[${sources.indexOf(row.source) + 1}]`,
      ...(remarks ? [remark(row)] : []),
    ]),
  ];
  return [...table(lines).map((line) => line.trimEnd()), ...sources.map((source, index) => `[${index + 1}] ${source}`)];
}

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
    const domain = (await availabilityDomainsOf(account))[accountIn(config).availabilityDomain - 1] ?? "";
    return { uses: await accountUse(account, domain), account: { asked: sandbox === null ? "oci" : "sandbox" } };
  } catch (error) {
    return { uses: NOBODY, account: { asked: null, why: messageOf(error) } };
  }
}

/** Builds the lab and writes none of it: a synth refuses a lab that is over, and this is to say by how much. */
export async function findLimits(project: Project, signal: AbortSignal): Promise<LimitsReport> {
  const topology = planTopology(await configOf(project));
  const { app } = await built(topology, project);
  const { uses, unknown } = freeTierUses(app.stacks, app.imported);
  const [states, account]: [Sources["states"], Account] = await Promise.all([
    statesOf(app, project),
    askAccount(topology, project, signal),
  ]);
  const imageBuilt = app.imported.every(({ sizeBytes }) => sizeBytes !== null);
  return {
    topology,
    rows: limitRows({ config: uses, imageBuilt, states, account: account.uses }),
    unknown,
    account: account.account,
  };
}
