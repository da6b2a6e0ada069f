/** `lab limits`: compares use of every Always Free limit by the config, the states and the account. */
import { LIMITS_AS_OF, LIMITS_SINCE } from "../../../config/limits.ts";
import type { LimitsReport } from "../../engine/checks/limits.ts";
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { openProject } from "../../engine/synth/project.ts";
import { type CommandDefinition, inSandbox, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { asCliError } from "../../ui/errors.ts";
import { plural } from "../../ui/words.ts";

/** An account that does not answer is not waited for any longer. */
const ACCOUNT_MS = 15_000;

/** What it comes to, in a line. */
function outcome({ rows, unknown, topology }: LimitsReport): string {
  const over = rows.filter(({ config }) => config?.over).length;
  const dates = `(limits in force since ${LIMITS_SINCE}, checked ${LIMITS_AS_OF})`;
  if (over > 0) {
    const meant = topology.config.allowPaid ? ", which allowPaid accepts" : "";
    return `The config is over ${plural(over, "Always Free limit")}: this costs money${meant} ${dates}`;
  }
  if (unknown.length > 0) return `The config may cost money: ${unknown.join("; ")} ${dates}`;
  return `The config is inside every Always Free limit: $0.00 ${dates}`;
}

/** Exits with 1 where synth would refuse the config. */
async function showLimits(options: CommonOptions): Promise<number> {
  const { findLimits, limitsTable } = await import("../../engine/checks/limits.ts");
  const project = openProject(options);
  let found: LimitsReport;
  try {
    found = await findLimits(project, AbortSignal.timeout(ACCOUNT_MS));
  } catch (error) {
    throw asCliError(error);
  }
  const { rows, unknown, account, topology } = found;
  const { allowPaid } = topology.config;
  const free = unknown.length === 0 && rows.every(({ config }) => !config?.over);
  const deployed = rows.some((row) => row.deployed !== null);
  if (options.json) {
    printDocument({
      asOf: LIMITS_AS_OF,
      since: LIMITS_SINCE,
      free,
      allowPaid,
      deployed,
      account: account.asked ?? "not asked",
      unknown,
      limits: rows,
    });
  } else {
    for (const line of limitsTable(rows, account.asked !== null)) console.log(line);
    if (!deployed) console.log("deployed: nothing");
    if (account.asked === null) console.log(`account: not asked, ${account.why}`);
    console.log(outcome(found));
  }
  return free || allowPaid ? 0 : 1;
}

/** `lab limits` */
export const limits: CommandDefinition<CommonOptions> = {
  name: "limits",
  description: "Say what the lab takes of Always Free; exits with 1 when its config is over",
  options: (command) => json(inSandbox(where(command))),
  run: showLimits,
};
