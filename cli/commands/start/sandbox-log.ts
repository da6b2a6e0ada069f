/** `lab sandbox log` and `lab sandbox open`: watch the sandbox. */
import type { LoggedCall, Sandbox } from "../../../sandbox/client.ts";
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { wholeNumber } from "../../ui/options.ts";
import { openedSandbox, sandboxProject } from "./sandbox-start.ts";

interface LogOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly lines?: number;
}

async function running(options: CommonOptions): Promise<Sandbox> {
  const { runningSandbox } = await import("../../../sandbox/client.ts");
  const { home } = sandboxProject(options);
  const sandbox = await runningSandbox(home);
  if (sandbox === null) throw new CliError(`no sandbox runs for ${home}: npx lab sandbox start`);
  return sandbox;
}

function callLine({ time, interface: via, method, target, answer, ms, fault }: LoggedCall): string {
  const took = ms === null ? "" : `  ${ms} ms`;
  const why = fault === null ? "" : `  (fault ${fault})`;
  return `${time.slice(11, 23)}  ${via.padEnd(8)}  ${method} ${target}  ${answer ?? "no answer yet"}${took}${why}`;
}

/** The last calls; with `--follow` those to come too, until the sandbox ends, a signal comes, or nobody reads any more. */
async function showLog(options: LogOptions): Promise<number> {
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

/** Prints the address of the page, and shows it in a browser where somebody sits at a terminal. */
async function openPage(options: CommonOptions): Promise<number> {
  const { page } = await openedSandbox(options);
  if (options.json) printDocument({ url: page });
  else console.log(page);
  if (options.json) return 0;
  const { showInBrowser } = await import("../../ui/browser.ts");
  showInBrowser(page);
  return 0;
}

/** `lab sandbox open` */
export const open: CommandDefinition<CommonOptions> = {
  name: "open",
  description: "Print the address of the page that draws it live; at a terminal, show it in a browser",
  options: json,
  run: openPage,
};

/** `lab sandbox log` */
export const log: CommandDefinition<LogOptions> = {
  name: "log",
  description: "Print the last calls on its interfaces",
  examples: ["npx lab sandbox log --lines 10", "npx lab sandbox log --follow"],
  options: (command) =>
    json(command)
      .option("--follow", "and those to come, until Ctrl-C; with --json, a document a line")
      .option("--lines <number>", "how many of the last (default: 50)", wholeNumber(1)),
  run: showLog,
};
