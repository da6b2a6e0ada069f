/** `lab state restore`: brings the state of a stack back from a backup. */
import { resolve } from "node:path";
import type { Restoring } from "../../engine/state/backups.ts";
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, inSandbox, json, skipSynth, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { pathOption, wholeNumber } from "../../ui/options.ts";
import { confirm } from "../../ui/terminal.ts";
import { near } from "../../ui/words.ts";

interface RestoreOptions extends CommonOptions {
  /** The file of a backup. @default - the newest whose serial is not the present one */
  readonly backup?: string;
  readonly serial?: number;
  readonly yes?: boolean;
}

async function chosen(
  data: string,
  stack: string,
  present: number,
  { backup, serial }: RestoreOptions,
): Promise<string> {
  const { backupsOf, chooseBackup } = await import("../../engine/state/backups.ts");
  if (backup !== undefined && serial !== undefined) throw new CliError("--backup, --serial: got both, allowed one");
  if (backup !== undefined) return resolve(backup);
  const all = backupsOf(data, stack);
  if (serial !== undefined) return chooseBackup(all, stack, serial).file;
  const newest = all.find((each) => each.serial !== present);
  if (newest !== undefined) return newest.file;
  throw new CliError(`there is no backup of ${stack} but of the present state (serial ${present}): npx lab state list`);
}

/** What it would do, by address. */
function linesOf({ forgotten, regained, other }: Restoring): readonly string[] {
  return [
    ...forgotten.map((address) => `  - ${address}  forgotten: it stays, and nothing here knows of it`),
    ...regained.map((address) => `  + ${address}  known again; where it is gone, the next plan makes it anew`),
    ...other.map((address) => `  ~ ${address}  as it was; the next plan shows what has changed since`),
  ];
}

/** Restores the state of one stack. */
async function restoreState(options: RestoreOptions, names: readonly string[]): Promise<number> {
  const { openStatesContext } = await import("../../engine/runs/state-work.ts");
  const { addressOf } = await import("../../engine/state/location.ts");
  const { prepareRestore, presentText } = await import("../../engine/state/backups.ts");
  const { headOf } = await import("../../engine/state/text.ts");
  return withLabLock(options, "lab state restore", async (context) => {
    const { project, terminal, interruption } = context;
    const [stack = "", ...more] = names;
    if (more.length > 0) throw new CliError(`lab state restore: got ${names.join(", ")}, allowed one stack at a time`);
    if (!options.yes && !terminal.interactive)
      throw new CliError("lab state restore asks before it changes anything, and there is no terminal: pass --yes");
    const { configured, tools } = await openStatesContext(context, options.skipSynth ?? false);
    configured(stack);
    const { at } = tools.whereabouts(stack);
    const present = headOf((await presentText(tools, stack)).text, addressOf(at));
    const file = await chosen(project.data, stack, present.serial, options);
    const restoring = await prepareRestore(tools, stack, file);
    const { serial, forgotten, regained, other, already } = restoring;
    if (already) {
      terminal.aside(`the state of ${stack} is what ${near(file)} says already`);
      if (options.json) printDocument({ stack, backup: file, restored: false, serial: present.serial });
      return 0;
    }
    terminal.aside(`${stack} as in ${near(file)}:`);
    for (const line of linesOf(restoring)) terminal.aside(line);
    if (forgotten.length + regained.length + other.length === 0) terminal.aside("  the same objects; other outputs");
    if (!options.yes && !(await confirm(terminal, `restore the state of ${stack}`, interruption.signal)))
      throw new CliError("not approved: nothing was changed");
    await restoring.restore();
    if (options.json) printDocument({ stack, backup: file, restored: true, serial, forgotten, regained, other });
    else terminal.line(`${stack} restored, as serial ${serial}; now see what it says: npx cdktf diff ${stack}`);
    return 0;
  });
}

/** `lab state restore` */
export const restore: CommandDefinition<RestoreOptions> = {
  name: "restore",
  description: "Bring the state of a stack back from a backup, after showing what that changes",
  examples: ["npx lab state restore talos", "npx lab state restore oci --serial 12 --yes"],
  options: (command) =>
    skipSynth(json(inSandbox(where(command.argument("<stack>", "whose state")))))
      .addOption(pathOption("--backup <file>", "which backup (default: the newest that is not the present state)"))
      .option("--serial <number>", "which backup, by its serial", wholeNumber(1))
      .option("--yes", "do not ask"),
  run: restoreState,
};
