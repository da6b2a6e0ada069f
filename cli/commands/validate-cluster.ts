/** `lab validate cluster`: looks at the deployed lab through its own tunnels, and changes nothing. */
import type { LabConfig } from "../../config/schema.ts";
import type { Topology } from "../../topology/types.ts";
import { clientCertificateOf } from "../contexts/certificates.ts";
import { readTopology } from "../synth/config.ts";
import { CliError, messageOf } from "../errors.ts";
import { openAccount } from "../oci/account.ts";
import { isWell, showFindings } from "../show/findings.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { isDeployed, type State, stateOf } from "../terraform/state.ts";
import { validateCluster } from "../validate/cluster.ts";
import type { Ground } from "../validate/ground.ts";
import { kubernetesAt, readKubeconfig } from "../validate/kubernetes.ts";
import { readTalosconfig, talosAt, type TalosMachine } from "../validate/talos.ts";
import { printDocument } from "./document.ts";
import { openSession, type Session } from "./session.ts";
import { atWork, type CommonOptions } from "./workplace.ts";

/** Hosts that are up let us in at once. */
const TUNNEL_PATIENCE_MS = 15_000;

interface Deployed {
  readonly info: StackInfo;
  readonly state: State;
}

async function deployed(session: Session, name: string): Promise<Deployed> {
  const info = session.assembly.stacks.find((stack) => stack.name === name);
  if (info === undefined) throw new CliError(`there is no stack called ${name}: this app is no lab`);
  const state = await stateOf(session, session.stack(info));
  if (isDeployed(state)) return { info, state };
  const sandbox = session.project.sandbox ? " --sandbox" : "";
  throw new CliError(
    `${name} is not deployed, so there is nothing to look at: npx cdktf deploy oci proxmox talos${sandbox}`,
  );
}

function output({ state }: Deployed, name: string): string {
  const value = state.outputs[name]?.value;
  if (typeof value === "string" && value !== "") return value;
  throw new CliError(`the deploy of stack talos did not come to its end, so there is no ${name}: deploy it again`);
}

async function topologyOf(session: Session): Promise<Topology> {
  const read = await readTopology(session.project);
  if ("status" in read) throw new CliError(read.found);
  return read;
}

/** Why the account cannot be asked, and what to do, where it cannot. */
async function accountOf({ sandbox, interruption }: Session, config: LabConfig): Promise<Ground["account"]> {
  try {
    return await openAccount(config, sandbox, interruption.signal);
  } catch (error) {
    const [unasked = "", ...advice] = messageOf(error).split("; ");
    return { unasked, advice: advice.join("; ") || "npx lab doctor says what is wrong with the credentials" };
  }
}

/** Exits with 1 when something fails. */
export async function validateClusterCommand(options: CommonOptions): Promise<number> {
  return atWork(options, "lab validate cluster", async (place) => {
    const session = await openSession(place, options.skipSynth);
    const machines = new Map<string, TalosMachine>();
    try {
      const oci = await deployed(session, "oci");
      const talos = await deployed(session, "talos");
      const topology = await topologyOf(session);
      const texts = { kubeconfig: output(talos, "kubeconfig"), talosconfig: output(talos, "talosconfig") };
      const admin = readKubeconfig(texts.kubeconfig);
      const talosAdmin = readTalosconfig(texts.talosconfig);
      for (const { name, talosPort } of topology.nodes) machines.set(name, talosAt(talosAdmin, name, talosPort));
      await session.connect(talos.info, { patienceMs: TUNNEL_PATIENCE_MS, some: true });
      place.terminal.status("looking");
      const findings = await validateCluster({
        topology,
        oci: oci.state,
        admin,
        certificates: (["kubeconfig", "talosconfig"] as const).flatMap(
          (kind) => clientCertificateOf(kind, texts[kind]) ?? [],
        ),
        now: (await session.sandbox?.clock()) ?? new Date(),
        kubernetes: kubernetesAt(admin, { host: "127.0.0.1", port: topology.cluster.apiPort }),
        talos(node) {
          const machine = machines.get(node);
          if (machine === undefined) throw new Error(`no node ${node}`);
          return machine;
        },
        account: await accountOf(session, topology.config),
        sandbox: place.project.sandbox,
      });
      place.terminal.status("");
      if (options.json) printDocument({ ok: isWell(findings), sandbox: place.project.sandbox, findings });
      else showFindings(place.terminal, findings);
      return isWell(findings) ? 0 : 1;
    } finally {
      for (const machine of machines.values()) machine.close();
      session.close();
    }
  });
}
