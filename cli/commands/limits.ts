/** `lab limits`: what the lab takes of Always Free, by its config, by its state, and by the sandbox's own account. */
import { join } from "node:path";
import { readEnvironment } from "../../config/environment.ts";
import { LIMITS_AS_OF, LIMITS_SINCE } from "../../config/limits.ts";
import { loadConfig } from "../../config/load.ts";
import { freeTierUses } from "../../constructs/free-tier/guard.ts";
import { ensureImages } from "../../images/index.ts";
import { buildLab } from "../../lab.ts";
import { runningSandbox } from "../../sandbox/client.ts";
import { planTopology } from "../../topology/plan.ts";
import { CliError, messageOf } from "../errors.ts";
import { accountUse } from "../limits/account.ts";
import { type LimitRow, limitRows, type Sources } from "../limits/rows.ts";
import { limitsTable } from "../limits/table.ts";
import { openProject, type Project } from "../project.ts";
import { statesOf } from "../state/built.ts";
import { printDocument } from "./document.ts";
import type { CommonOptions } from "./workplace.ts";

interface Found {
  readonly rows: readonly LimitRow[];
  readonly allowPaid: boolean;
  /** Amounts that only Terraform will know. */
  readonly unknown: readonly string[];
  readonly account: "sandbox" | "not asked";
}

/** Builds the lab and writes none of it: a synth refuses a lab that is over, and this is to say by how much. */
async function find(project: Project): Promise<Found> {
  process.env["CDKTN_DISABLE_CREATION_STACK"] ??= "1";
  const config = await loadConfig(project.config ?? readEnvironment().configFile);
  const images = await ensureImages({
    proxmoxVersion: config.versions.proxmox,
    artifacts: join(project.home, "artifacts"),
  });
  const topology = planTopology(config);
  const app = buildLab({ topology, images, outdir: project.output, sandbox: project.sandbox });
  const { uses, unknown } = freeTierUses(app.stacks, images);
  const states: Sources["states"] = await statesOf(app, project);
  const sandbox = project.sandbox ? await runningSandbox(project.home) : null;
  return {
    rows: limitRows({
      config: uses,
      imageBuilt: images.proxmox.sizeBytes !== null,
      states,
      account: sandbox === null ? new Map() : accountUse(await sandbox.overview()),
    }),
    allowPaid: config.allowPaid,
    unknown,
    account: sandbox === null ? "not asked" : "sandbox",
  };
}

/** What it comes to, in a line. */
function outcome({ rows, unknown, allowPaid }: Found): string {
  const over = rows.filter(({ config }) => config?.over).length;
  const dates = `(limits in force since ${LIMITS_SINCE}, checked ${LIMITS_AS_OF})`;
  if (over > 0) {
    const meant = allowPaid ? ", which allowPaid accepts" : "";
    return `The config is over ${over} Always Free limit${over === 1 ? "" : "s"}: this costs money${meant} ${dates}`;
  }
  if (unknown.length > 0) return `The config may cost money: ${unknown.join("; ")} ${dates}`;
  return `The config is inside every Always Free limit: $0.00 ${dates}`;
}

/** Exits with 1 where synth would refuse the config. */
export async function limits(options: CommonOptions): Promise<number> {
  const project = openProject(options);
  let found: Found;
  try {
    found = await find(project);
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(messageOf(error));
  }
  const { rows, unknown, account, allowPaid } = found;
  const free = unknown.length === 0 && rows.every(({ config }) => !config?.over);
  const deployed = rows.some((row) => row.deployed !== null);
  if (options.json) {
    printDocument({
      asOf: LIMITS_AS_OF,
      since: LIMITS_SINCE,
      free,
      allowPaid,
      deployed,
      account,
      unknown,
      limits: rows,
    });
  } else {
    for (const line of limitsTable(rows, account !== "not asked")) console.log(line);
    if (!deployed) console.log("deployed: nothing");
    if (account === "not asked")
      console.log(`account: not asked${project.sandbox ? ", as no sandbox runs: npx lab sandbox start" : ""}`);
    console.log(outcome(found));
  }
  return free || allowPaid ? 0 : 1;
}
