/** `lab upgrade talos`: another Talos on the machines that exist, one at a time. */
import { type CommandContext, type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import type { Step, UpgradeRun, UpgradeTarget } from "../../engine/runs/upgrade-talos.ts";
import type { TalosOperator } from "../../clients/talos.ts";
import { type CommandDefinition, inSandbox, json, skipSynth, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { wholeNumber } from "../../ui/options.ts";
import { column, near } from "../../ui/words.ts";

interface UpgradeOptions extends CommonOptions {
  readonly to?: string;
  readonly dryRun?: boolean;
  /** Seconds. */
  readonly drainTimeout?: number;
}

const DRAIN_S = 300;
/** Emulated, a boot takes up to fifteen minutes. */
const NODE_MS = 30 * 60_000;
const HEALTH_MS = 10 * 60_000;
const POLL_MS = 2000;
/** Hosts that are up let us in at once. */
const TUNNEL_PATIENCE_MS = 15_000;

interface Opened extends UpgradeTarget {
  readonly configured: string;
}

/** Works with the deployed cluster, through the tunnels of the lab. */
async function withCluster<T>(
  context: CommandContext,
  skip: boolean | undefined,
  work: (target: Opened) => Promise<T>,
): Promise<T> {
  const { kubernetesAt, readKubeconfig } = await import("../../clients/kubernetes.ts");
  const { readTalosconfig, talosAt } = await import("../../clients/talos.ts");
  const { deployed, output, topologyOf } = await import("../../engine/runs/deployed.ts");
  const { openSession } = await import("../../engine/runs/session.ts");
  const { labBackupKey } = await import("../../engine/runs/etcd-backup.ts");
  const { installersIn } = await import("../../engine/runs/upgrade-installers.ts");
  const { installerOf } = await import("../../engine/runs/upgrade-rules.ts");
  const { clusterOf, etcdBackupFolder, keepEtcdBackup, KEPT } = await import("../../engine/state/etcd-backups.ts");
  const session = await openSession(context, skip);
  const machines = new Map<string, TalosOperator>();
  const machine = (node: string): TalosOperator => {
    const found = machines.get(node);
    if (found === undefined) throw new CliError(`there is no node ${node} in the config`);
    return found;
  };
  try {
    const topology = await topologyOf(session);
    const stack = await deployed(session, "talos");
    const admin = readTalosconfig(output(stack, "talosconfig"));
    for (const { name, talosPort } of topology.nodes) machines.set(name, talosAt(admin, name, talosPort));
    const installers = installersIn(stack.state, topology.nodes);
    await session.connect(stack.info, { patienceMs: TUNNEL_PATIENCE_MS, some: true });
    return await work({
      configured: topology.config.versions.talos,
      nodes: topology.nodes,
      kubernetes: kubernetesAt(readKubeconfig(output(stack, "kubeconfig")), {
        host: "127.0.0.1",
        port: topology.cluster.apiPort,
      }),
      talos: machine,
      installer(node, version) {
        const image = installers.get(node);
        if (image === undefined) throw new CliError(`${node} is not deployed: npx cdktf deploy, then run this again`);
        return installerOf(image, version);
      },
      async keep(snapshot) {
        const { project } = context;
        const key = await labBackupKey(project);
        const keeping = { folder: etcdBackupFolder(project), cluster: clusterOf(admin.ca), keep: KEPT, key };
        return near((await keepEtcdBackup(snapshot, keeping, new Date())).backup.file);
      },
    });
  } finally {
    for (const each of machines.values()) each.close();
    session.close();
  }
}

function printOrder({ terminal }: CommandContext, steps: readonly Step[], to: string): void {
  const padded = column(steps.map(({ node }) => node));
  for (const { node, from, done } of steps)
    terminal.line(
      `${padded(node)} ${done ? `runs ${to} already` : `${from} → ${to}: cordon, drain, upgrade, reboot, uncordon`}`,
    );
}

/** Exits with 0 when every machine runs the version, or would with `--dry-run`. */
async function upgradeMachines(options: UpgradeOptions): Promise<number> {
  const { planTalos, upgradeTalos } = await import("../../engine/runs/upgrade-talos.ts");
  return withLabLock(options, "lab upgrade talos", (context) =>
    withCluster(context, options.skipSynth, async (target) => {
      const { terminal, interruption, project } = context;
      const to = (options.to ?? target.configured).replace(/^v/, "");
      const run: UpgradeRun = {
        nodeMs: NODE_MS,
        healthMs: options.dryRun ? 0 : HEALTH_MS,
        drainMs: (options.drainTimeout ?? DRAIN_S) * 1000,
        pollMs: POLL_MS,
        signal: interruption.signal,
        say: (line) => terminal.line(line),
        status: (line) => terminal.status(line),
      };
      terminal.status("asking every machine for its version");
      const steps = await planTalos(target, to, run);
      if (options.dryRun) printOrder(context, steps, to);
      const snapshot = options.dryRun ? null : await upgradeTalos(target, to, steps, run);
      terminal.status("");
      if (options.json) printDocument({ to, dryRun: options.dryRun ?? false, nodes: steps, snapshot });
      else if (!options.dryRun) terminal.line(`Talos ${to} on every machine`);
      const flag = project.sandbox ? " --sandbox" : "";
      if (to !== target.configured)
        terminal.aside(
          `to do: set versions.talos to "${to}" in lab.config.ts, so that new machines boot it: npx cdktf diff${flag} shows what that changes`,
        );
      return 0;
    }),
  );
}

const talos: CommandDefinition<UpgradeOptions> = {
  name: "talos",
  description: "Another Talos on the machines that exist, one at a time; after an interruption, run it again",
  examples: ["npx lab upgrade talos --dry-run", "npx lab upgrade talos --to 1.14.2 --sandbox"],
  options: (command) =>
    skipSynth(json(inSandbox(where(command))))
      .option("--to <version>", "the version (default: versions.talos of the config)")
      .option("--dry-run", "say in which order, and change nothing")
      .option(
        "--drain-timeout <seconds>",
        `how long pods may take to leave a node (default: ${DRAIN_S})`,
        wholeNumber(1),
      ),
  run: upgradeMachines,
};

/** `lab upgrade` */
export const upgrade: CommandDefinition = {
  name: "upgrade",
  description: "Upgrade what runs, one node at a time",
  commands: [talos],
};
