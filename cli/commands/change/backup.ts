/** `lab backup` and `lab restore`: etcd of the deployed cluster, into an encrypted file and back. */
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, inSandbox, json, skipSynth, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { pathOption, wholeNumber } from "../../ui/options.ts";
import { confirm } from "../../ui/terminal.ts";
import { near } from "../../ui/words.ts";

interface BackupOptions extends CommonOptions {
  /** @default - `etcd` in the lab's folder */
  readonly to?: string;
  /** @default 14 */
  readonly keep?: number;
}

interface RestoreOptions extends CommonOptions {
  /** A folder of backups. @default - `etcd` in the lab's folder */
  readonly from?: string;
  readonly wipe?: boolean;
  readonly yes?: boolean;
}

async function backUp(options: BackupOptions): Promise<number> {
  const { withControlPlanes } = await import("../../engine/runs/control-planes.ts");
  const { backUpEtcd, labBackupKey } = await import("../../engine/runs/etcd-backup.ts");
  const { etcdBackupFolder, KEPT } = await import("../../engine/state/etcd-backups.ts");
  return withLabLock(options, "lab backup", async (context) => {
    const { project, terminal } = context;
    const { to: folder = etcdBackupFolder(project), keep = KEPT } = options;
    return withControlPlanes(context, options.skipSynth, async (planes) => {
      const key = await labBackupKey(project);
      terminal.status("taking a snapshot of etcd");
      const { backup, removed, node, bytes } = await backUpEtcd(planes, { folder, keep, key }, new Date());
      terminal.status("");
      if (options.json) printDocument({ ...backup, node, bytes, removed });
      else terminal.line(`etcd of ${node}, ${Math.ceil(bytes / 1024)} KiB, is in ${near(backup.file)}`);
      return 0;
    });
  });
}

/** `lab backup` */
export const backup: CommandDefinition<BackupOptions> = {
  name: "backup",
  description: "Back up etcd, which holds all of Kubernetes' objects, into an encrypted file",
  examples: ["npx lab backup", "npx lab backup --to /mnt/nas/etcd --keep 30"],
  options: (command) =>
    skipSynth(json(inSandbox(where(command))))
      .addOption(pathOption("--to <folder>", "where it goes (default: etcd in the lab's folder)"))
      .option("--keep <number>", "how many of this cluster are kept there (default: 14)", wholeNumber(1)),
  run: backUp,
};

async function restoreFrom(options: RestoreOptions, [named]: readonly string[]): Promise<number> {
  const { resolve } = await import("node:path");
  const { withControlPlanes } = await import("../../engine/runs/control-planes.ts");
  const { labBackupKey } = await import("../../engine/runs/etcd-backup.ts");
  const { refuseUnlessLost, restoreEtcd } = await import("../../engine/runs/etcd-restore.ts");
  const { chooseEtcdBackup, etcdBackupFolder, openEtcdBackup } = await import("../../engine/state/etcd-backups.ts");
  return withLabLock(options, "lab restore", async (context) => {
    const { project, terminal, interruption } = context;
    const { from = etcdBackupFolder(project), wipe = false, yes = false } = options;
    if (!yes && !terminal.interactive)
      throw new CliError("lab restore asks before it changes anything, and there is no terminal: pass --yes");
    return withControlPlanes(context, options.skipSynth, async ({ cluster, all }) => {
      const file = chooseEtcdBackup(from, cluster, named === undefined ? undefined : resolve(named));
      const snapshot = await openEtcdBackup(file, await labBackupKey(project));
      await refuseUnlessLost(all, wipe);
      const question = `restore etcd from ${near(file)}${wipe ? ", and give up all that the cluster holds now" : ""}`;
      if (!yes && !(await confirm(terminal, question, interruption.signal)))
        throw new CliError("not approved: nothing was changed");
      const { signal } = interruption;
      await restoreEtcd(all, snapshot, { wipe, signal, say: (line) => terminal.aside(line) });
      if (options.json) printDocument({ file, controlPlanes: all.length });
      else
        terminal.line(
          `etcd is restored; see how the cluster is: npx lab validate cluster${project.sandbox ? " --sandbox" : ""}`,
        );
      return 0;
    });
  });
}

/** `lab restore` */
export const restore: CommandDefinition<RestoreOptions> = {
  name: "restore",
  description: "Restore etcd from a backup, where the cluster has lost it",
  examples: ["npx lab restore", "npx lab restore --wipe # where etcd has data that is to be given up"],
  options: (command) =>
    skipSynth(json(inSandbox(where(command.argument("[file]", "a backup (default: the newest of this cluster)")))))
      .addOption(pathOption("--from <folder>", "where backups are (default: etcd in the lab's folder)"))
      .option("--wipe", "wipe etcd on every control plane first")
      .option("--yes", "do not ask"),
  run: restoreFrom,
};
