/**
 * Upgrades Talos one node at a time. Where it stands is read of the cluster itself, so that a run that was cut short goes on
 * with the next one: a node that runs the version and is Ready is done.
 */
import { z } from "zod";
import type { MachinePlan } from "../../../topology/types.ts";
import type { KubernetesWriter } from "../../clients/kubernetes.ts";
import type { TalosOperator } from "../../clients/talos.ts";
import { CliError, messageOf } from "../../ui/errors.ts";
import { waitUntil } from "../../ui/wait.ts";
import { list } from "../../ui/words.ts";
import { type KubernetesNode, nodesOf, trouble } from "../checks/nodes.ts";
import { cordon, drain, type DrainPatience, hasAnotherNode, uncordon } from "./drain.ts";
import { checkTalosStep, type Running, upgradeOrder } from "./upgrade-rules.ts";

/** The cluster that is upgraded. */
export interface UpgradeTarget {
  readonly nodes: readonly Pick<MachinePlan, "name" | "role">[];
  readonly kubernetes: KubernetesWriter;
  talos(node: string): TalosOperator;
  /** The installer of a version for a node, with the schematic that it has. */
  installer(node: string, version: string): string;
  /** Keeps a snapshot of etcd. @returns where */
  keep(snapshot: Buffer): Promise<string>;
}

/** How long things may take, and whom to tell. */
export interface UpgradeRun extends DrainPatience {
  /** For a node to be back: to run the version, be Ready, and vote in etcd. */
  readonly nodeMs: number;
  /** For the cluster to be well before anything begins. */
  readonly healthMs: number;
  say(line: string): void;
  status(line: string): void;
}

/** What an upgrade does to a node. */
export interface Step {
  readonly node: string;
  readonly from: string;
  /** It runs the version already. */
  readonly done: boolean;
}

const version = z.object({ gitVersion: z.string() });
const bare = (text: string): string => text.replace(/^v/, "");

/**
 * What is to be done, in order. A node that reboots, as after a run that was cut short, is waited for.
 *
 * @throws CliError for a step that Talos does not take, and for a node that does not answer
 */
export async function planTalos(
  { nodes, kubernetes, talos }: UpgradeTarget,
  to: string,
  run: Pick<UpgradeRun, "healthMs" | "pollMs" | "signal">,
): Promise<readonly Step[]> {
  let running: readonly Running[] = [];
  let versions: readonly string[] = [];
  const look = async (): Promise<null> => {
    running = await Promise.all(
      upgradeOrder(nodes).map(async ({ name }): Promise<Running> => {
        try {
          return { node: name, talos: bare(await talos(name).version()) };
        } catch (error) {
          throw new Error(`${name} does not answer: ${messageOf(error)}`, { cause: error });
        }
      }),
    );
    const server = await kubernetes.get("/version", version);
    const kubelets = (await nodesOf(kubernetes)).map(({ status }) => status.nodeInfo.kubeletVersion);
    versions = [...new Set([server.gitVersion, ...kubelets].map(bare))];
    return null;
  };
  const wrong = await settled(look, run.healthMs, run);
  if (wrong !== null) throw new CliError(`${wrong}; npx lab validate cluster says more`);
  checkTalosStep(running, to, versions);
  return running.map(({ node, talos: from }) => ({ node, from, done: from === to }));
}

/** Why a node is not well; null when it is Ready. */
function nodeTrouble(node: string, found: readonly KubernetesNode[]): string | null {
  const joined = found.find(({ metadata }) => metadata.name === node);
  const why = joined === undefined ? "has not joined" : trouble(joined);
  return why === null ? null : `${node} is not Ready: ${why}`;
}

/** Why etcd is not well; null when every control plane votes and follows the same leader. */
async function etcdTrouble({ nodes, talos }: UpgradeTarget): Promise<string | null> {
  const planes = nodes.filter(({ role }) => role === "control-plane").map(({ name }) => name);
  const leaders = new Set<string>();
  for (const plane of planes) {
    const members = await talos(plane).etcdMembers();
    const absent = planes.filter((each) => !members.some(({ hostname, isLearner }) => hostname === each && !isLearner));
    if (absent.length > 0) return `etcd: ${list(absent)} has no vote, says ${plane}`;
    const { leader, errors } = await talos(plane).etcdStatus();
    if (leader === "0") return `etcd: ${plane} knows no leader`;
    if (errors.length > 0) return `etcd: ${plane} raises ${list(errors)}`;
    leaders.add(leader);
  }
  return leaders.size > 1 ? "etcd: its members follow different leaders" : null;
}

/** Waits until nothing is wrong. What does not answer is wrong, too. @returns what is still wrong at the end; null: nothing */
async function settled(
  look: () => Promise<string | null>,
  patienceMs: number,
  { pollMs, signal }: Pick<UpgradeRun, "pollMs" | "signal">,
): Promise<string | null> {
  let wrong: string | null = null;
  const isWell = async (): Promise<boolean> => {
    wrong = await look().catch((error: unknown) => messageOf(error));
    return wrong === null;
  };
  await waitUntil(isWell, { pollMs, patienceMs, signal });
  return wrong;
}

/** Every node Ready and every control plane voting: what each step begins with, so that never two are away at once. */
async function requireHealth(target: UpgradeTarget, run: UpgradeRun): Promise<void> {
  const look = async (): Promise<string | null> => {
    const found = await nodesOf(target.kubernetes);
    const wrong = target.nodes.map(({ name }) => nodeTrouble(name, found)).find((why) => why !== null);
    return wrong ?? etcdTrouble(target);
  };
  const wrong = await settled(look, run.healthMs, run);
  if (wrong !== null)
    throw new CliError(
      `the cluster is not well, so no further node is upgraded: ${wrong}; npx lab validate cluster says more, then run this again`,
    );
}

/** Ready, and by what its kubelet reports since the reboot: what it reported before would be Ready, too. */
async function requireBack(target: UpgradeTarget, node: string, to: string, run: UpgradeRun): Promise<void> {
  const look = async (): Promise<string | null> => {
    const found = bare(await target.talos(node).version());
    if (found !== to) return `${node} runs Talos ${found}`;
    const joined = await nodesOf(target.kubernetes);
    const reported = joined.find(({ metadata }) => metadata.name === node)?.status.nodeInfo.osImage ?? "";
    if (!reported.includes(`(v${to})`)) return `${node}: its kubelet has not reported since`;
    return nodeTrouble(node, joined) ?? etcdTrouble(target);
  };
  const wrong = await settled(look, run.nodeMs, run);
  if (wrong !== null)
    throw new CliError(
      `${node} is not back ${run.nodeMs / 60_000} min after its upgrade: ${wrong}; it stays cordoned; look at it with ` +
        `\`talosctl dmesg\`, \`talosctl rollback\` boots the Talos before, and running this again goes on`,
    );
}

async function emptyNode({ kubernetes }: UpgradeTarget, node: string, run: UpgradeRun): Promise<void> {
  if (!(await hasAnotherNode(kubernetes, node))) {
    run.say(`${node}: no other node takes its pods, so they stop while it reboots`);
    return;
  }
  run.status(`${node}: draining`);
  try {
    await drain(kubernetes, node, run);
  } catch (error) {
    // Nothing happened to the node yet. Cut short, it is the next run that uncordons.
    if (!run.signal.aborted) await uncordon(kubernetes, node);
    throw error;
  }
}

async function upgradeNode(target: UpgradeTarget, { node, from }: Step, to: string, run: UpgradeRun): Promise<void> {
  const { kubernetes } = target;
  run.status(`${node}: cordoning`);
  await cordon(kubernetes, node);
  await emptyNode(target, node, run);
  run.signal.throwIfAborted();
  run.status(`${node}: fetching the installer`);
  try {
    await target.talos(node).upgrade(target.installer(node, to));
  } catch (error) {
    await uncordon(kubernetes, node);
    throw new CliError(
      `${node}: Talos did not take the upgrade: ${messageOf(error)}; run this again once that is cured`,
    );
  }
  run.status(`${node}: rebooting`);
  await requireBack(target, node, to, run);
  await uncordon(kubernetes, node);
  run.say(`${node}: ${from} → ${to}, Ready`);
}

/** Says which outage is to be expected, where there is one. */
function outageNote(nodes: UpgradeTarget["nodes"]): string | null {
  const planes = nodes.filter(({ role }) => role === "control-plane");
  const [only] = planes;
  if (planes.length !== 1 || only === undefined) return null;
  const what = nodes.length === 1 ? "the lab is away" : "the API server is away, and pods run on,";
  return (
    `note: ${only.name} is the only control plane: ${what} while it reboots, for one to three minutes, ` +
    "and up to fifteen where it is emulated"
  );
}

/**
 * Upgrades what the plan has to be done. Stops at the first failure.
 *
 * @returns where the snapshot of etcd is; null where nothing was to be done
 * @throws CliError that says what to do; run again, it goes on where it was
 */
export async function upgradeTalos(
  target: UpgradeTarget,
  to: string,
  steps: readonly Step[],
  run: UpgradeRun,
): Promise<string | null> {
  run.status("waiting until the cluster is well");
  await requireHealth(target, run);
  for (const { node } of steps.filter(({ done }) => done))
    if (await uncordon(target.kubernetes, node)) run.say(`${node}: uncordoned, after an upgrade that was cut short`);
  const due = steps.filter(({ done }) => !done);
  const [first] = steps;
  if (due.length === 0 || first === undefined) return null;
  const note = outageNote(target.nodes);
  if (note !== null) run.say(note);
  run.status("taking a snapshot of etcd");
  const snapshot = await target.keep(await target.talos(first.node).etcdSnapshot());
  run.say(`etcd: snapshot in ${snapshot}`);
  for (const step of due) {
    run.signal.throwIfAborted();
    await requireHealth(target, run);
    await upgradeNode(target, step, to, run);
  }
  return snapshot;
}
