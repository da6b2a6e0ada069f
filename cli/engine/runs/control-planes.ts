/** The control planes of the deployed cluster, and what they say of etcd. */
import { type EtcdKeeper, etcdKeeperAt } from "../../clients/talos-recovery.ts";
import { readTalosconfig, talosAt, type TalosOperator } from "../../clients/talos.ts";
import { messageOf } from "../../ui/errors.ts";
import { clusterOf } from "../state/etcd-backups.ts";
import type { CommandContext } from "../synth/command-context.ts";
import { deployed, output, topologyOf } from "./deployed.ts";
import { openSession } from "./session.ts";

/** One of them, by its tunnel. */
export interface ControlPlane {
  readonly name: string;
  readonly talos: TalosOperator;
  readonly keeper: EtcdKeeper;
}

/** All of them. */
export interface ControlPlanes {
  /** Which cluster it is, as backups are named by it. */
  readonly cluster: string;
  readonly all: readonly ControlPlane[];
}

/** How long hosts are tried that do not answer: those that are up let us in at once. */
const PATIENCE_MS = 15_000;

/** Works with them, by tunnels that are open for as long. @throws CliError where nothing is deployed */
export async function withControlPlanes<T>(
  context: CommandContext,
  skipSynth: boolean | undefined,
  work: (planes: ControlPlanes) => Promise<T>,
): Promise<T> {
  const session = await openSession(context, skipSynth);
  const all: ControlPlane[] = [];
  try {
    const { nodes } = await topologyOf(session);
    const talos = await deployed(session, "talos");
    const admin = readTalosconfig(output(talos, "talosconfig"));
    await session.connect(talos.info, { patienceMs: PATIENCE_MS, some: true });
    for (const { name, role, talosPort } of nodes)
      if (role === "control-plane")
        all.push({ name, talos: talosAt(admin, name, talosPort), keeper: etcdKeeperAt(admin, name, talosPort) });
    return await work({ cluster: clusterOf(admin.ca), all });
  } finally {
    for (const { talos, keeper } of all) {
      talos.close();
      keeper.close();
    }
    session.close();
  }
}

/** What etcd does on a control plane. */
export type EtcdThere =
  /** It has a leader, and these members. */
  | { readonly kind: "leads"; readonly members: number }
  /** It has no data, and waits to be bootstrapped or to join. */
  | { readonly kind: "waits" }
  /** It has data and no leader; or it is not known. */
  | { readonly kind: "stuck"; readonly why: string };

/** As Talos calls etcd's service before a bootstrap. */
const WAITS: readonly string[] = ["Initialized", "Preparing", "Waiting"];

/** Asks a control plane; one that does not answer is stuck. */
export async function etcdOn({ talos }: Pick<ControlPlane, "talos">): Promise<EtcdThere> {
  try {
    const service = (await talos.services()).find(({ id }) => id === "etcd");
    if (service !== undefined && WAITS.includes(service.state)) return { kind: "waits" };
    if (service?.state !== "Running")
      return { kind: "stuck", why: `etcd is ${service?.state ?? "not among its services"}` };
    const [members, { leader }] = await Promise.all([talos.etcdMembers(), talos.etcdStatus()]);
    return leader === "0" ? { kind: "stuck", why: "etcd has no leader" } : { kind: "leads", members: members.length };
  } catch (error) {
    return { kind: "stuck", why: messageOf(error) };
  }
}
