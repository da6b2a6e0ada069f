/** `lab sandbox fault`, `log` and `open`: what goes wrong in the sandbox, and how to watch it. */
import { openSandbox, runningSandbox, type LoggedCall, type Sandbox } from "../../sandbox/client.ts";
import { faultText } from "../../sandbox/faults/words.ts";
import { CliError, messageOf } from "../errors.ts";
import { openProject } from "../project.ts";
import { printDocument } from "./document.ts";
import { requireKnownNames } from "./fault-names.ts";
import { FAULT_KINDS, type FaultOptions, faultRequest } from "./fault-request.ts";
import type { CommonOptions } from "./workplace.ts";

export interface FaultCommandOptions extends CommonOptions, FaultOptions {
  readonly follow?: boolean;
  readonly lines?: number;
}

function homeOf(options: CommonOptions): string {
  return openProject({ ...options, sandbox: true }).home;
}

async function started(options: CommonOptions): Promise<Sandbox> {
  try {
    return await openSandbox({ labHome: homeOf(options) });
  } catch (error) {
    throw new CliError(messageOf(error));
  }
}

async function running(options: CommonOptions): Promise<Sandbox> {
  const home = homeOf(options);
  const sandbox = await runningSandbox(home);
  if (sandbox === null) throw new CliError(`no sandbox runs for ${home}: npx lab sandbox start`);
  return sandbox;
}

export async function addFault(options: FaultCommandOptions, [what = ""]: readonly string[]): Promise<number> {
  const kind = FAULT_KINDS.find((known) => known === what);
  if (kind === undefined) throw new CliError(`got the fault ${what}, allowed ${FAULT_KINDS.join(", ")}`);
  const asked = faultRequest(kind, options);
  const sandbox = await started(options);
  await requireKnownNames(asked, openProject({ ...options, sandbox: true }), sandbox);
  const fault = await sandbox.addFault(asked).catch((error: unknown) => {
    throw new CliError(messageOf(error));
  });
  if (options.json) printDocument(fault);
  else console.log(`${fault.id}  ${faultText(fault)}`);
  return 0;
}

export async function listFaults(options: FaultCommandOptions): Promise<number> {
  const faults = await (await started(options)).faults();
  if (options.json) printDocument(faults);
  else if (faults.length === 0) console.log("nothing was asked to go wrong");
  else {
    for (const fault of faults) {
      const hits = fault.spec.what === "call" ? `  hit ${fault.hits}, for ${fault.seen}` : "";
      console.log(`${fault.id}  ${faultText(fault)}${hits}`);
    }
  }
  return 0;
}

function faultId(text: string): number {
  const id = Number(text);
  if (!/^\d+$/.test(text)) throw new CliError(`got ${text}, allowed the number of a fault, which \`list\` prints`);
  return id;
}

export async function clearFaults(options: FaultCommandOptions, ids: readonly string[]): Promise<number> {
  const wanted = ids.map(faultId);
  const sandbox = await started(options);
  const clear = async (id?: number): Promise<number> => {
    try {
      return await sandbox.clearFaults(id);
    } catch (error) {
      throw new CliError(messageOf(error));
    }
  };
  let cleared = 0;
  if (wanted.length === 0) cleared = await clear();
  else for (const id of wanted) cleared += await clear(id);
  if (options.json) printDocument({ cleared });
  else console.log(`cleared ${cleared} ${cleared === 1 ? "fault" : "faults"}`);
  return 0;
}

function callLine({ time, door, method, target, answer, ms, fault }: LoggedCall): string {
  const took = ms === null ? "" : `  ${ms} ms`;
  const why = fault === null ? "" : `  (fault ${fault})`;
  return `${time.slice(11, 23)}  ${door.padEnd(8)}  ${method} ${target}  ${answer ?? "no answer yet"}${took}${why}`;
}

/** The last calls; with `--follow` those to come too, until the sandbox ends, a signal comes, or nobody reads any more. */
export async function showLog(options: FaultCommandOptions): Promise<number> {
  const sandbox = await running(options);
  const calls = await sandbox.calls(options.lines ?? 50);
  if (!options.follow) {
    if (options.json) printDocument(calls);
    else for (const call of calls) console.log(callLine(call));
    return 0;
  }
  // A stream cannot be one document: a line for each call.
  const show = (call: LoggedCall): void => console.log(options.json ? JSON.stringify(call) : callLine(call));
  calls.forEach(show);
  const { ended, stop } = await sandbox.subscribe(show);
  const unread = new Promise<"unread">((resolve) => process.stdout.once("error", () => resolve("unread")));
  if ((await Promise.race([ended, unread])) === "unread") stop();
  else console.error("the sandbox has ended");
  return 0;
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Prints the address of the page, and shows it in a browser where somebody sits at a terminal. */
export async function openPage(options: FaultCommandOptions): Promise<number> {
  const { page } = await started(options);
  if (options.json) printDocument({ url: page });
  else console.log(page);
  if (options.json || !process.stdin.isTTY || !process.stdout.isTTY) return 0;
  const { spawn } = await import("node:child_process");
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const browser = spawn(command, [...args, page], { stdio: "ignore", detached: true });
  // Without a browser there is the address.
  browser.on("error", () => undefined).unref();
  return 0;
}
