/** `lab validate`: checks images, or the deployed lab through its own tunnels, and changes nothing. */
import type { LabConfig } from "../../../config/schema.ts";
import type { TalosMachine } from "../../clients/talos.ts";
import type { CheckContext } from "../../engine/checks/check-context.ts";
import type { ImagesOptions } from "../../engine/runs/images.ts";
import type { Session } from "../../engine/runs/session.ts";
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { definedOnly } from "../../engine/synth/environment.ts";
import { artifacts, type CommandDefinition, inSandbox, json, skipSynth, where } from "../../ui/command.ts";
import { messageOf } from "../../ui/errors.ts";
import { reportFindings } from "../../ui/findings.ts";

/** Exits with 1 when something fails. */
async function lookAtImages(options: ImagesOptions): Promise<number> {
  const { validateImages } = await import("../../engine/checks/images.ts");
  const { withImagesLock } = await import("../../engine/runs/images.ts");
  return withImagesLock(options, "lab validate images", async ({ inputs, artifacts, terminal, interruption }) => {
    const findings = await validateImages({
      root: inputs.root,
      inputs,
      artifacts,
      env: definedOnly(process.env),
      signal: interruption.signal,
      status: (line) => terminal.status(line),
    });
    return reportFindings(findings, terminal, options.json);
  });
}

const images: CommandDefinition<ImagesOptions> = {
  name: "images",
  description: "Source, lock, builds and templates of the images; exits with 1 when something fails",
  examples: ["npx lab validate images"],
  options: artifacts,
  run: lookAtImages,
};

/** Hosts that are up let us in at once. */
const TUNNEL_PATIENCE_MS = 15_000;

/** Why the account cannot be asked, and what to do, where it cannot. */
async function accountOf({ sandbox, interruption }: Session, config: LabConfig): Promise<CheckContext["account"]> {
  const { openAccount } = await import("../../engine/synth/oci-account.ts");
  try {
    return await openAccount(config, sandbox, interruption.signal);
  } catch (error) {
    const [unasked = "", ...advice] = messageOf(error).split("; ");
    return { unasked, advice: advice.join("; ") || "npx lab doctor says what is wrong with the credentials" };
  }
}

/** Exits with 1 when something fails. */
async function lookAtCluster(options: CommonOptions): Promise<number> {
  const { kubernetesAt, readKubeconfig } = await import("../../clients/kubernetes.ts");
  const { readTalosconfig, talosAt } = await import("../../clients/talos.ts");
  const { clientCertificateOf } = await import("../../engine/checks/certificates.ts");
  const { validateCluster } = await import("../../engine/checks/cluster.ts");
  const { deployed, output, topologyOf } = await import("../../engine/runs/deployed.ts");
  const { openSession } = await import("../../engine/runs/session.ts");
  const { NO_STATE } = await import("../../engine/state/state.ts");
  return withLabLock(options, "lab validate cluster", async (context) => {
    const session = await openSession(context, options.skipSynth);
    const machines = new Map<string, TalosMachine>();
    try {
      const topology = await topologyOf(session);
      const oci = topology.placement === "existing" ? NO_STATE : (await deployed(session, "oci")).state;
      const talos = await deployed(session, "talos");
      const texts = { kubeconfig: output(talos, "kubeconfig"), talosconfig: output(talos, "talosconfig") };
      const admin = readKubeconfig(texts.kubeconfig);
      const talosAdmin = readTalosconfig(texts.talosconfig);
      for (const { name, talosPort } of topology.nodes) machines.set(name, talosAt(talosAdmin, name, talosPort));
      await session.connect(talos.info, { patienceMs: TUNNEL_PATIENCE_MS, some: true });
      context.terminal.status("looking");
      const findings = await validateCluster({
        topology,
        oci,
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
        sandbox: context.project.sandbox,
      });
      context.terminal.status("");
      const { sandbox } = context.project;
      return reportFindings(findings, context.terminal, options.json, { sandbox });
    } finally {
      for (const machine of machines.values()) machine.close();
      session.close();
    }
  });
}

const cluster: CommandDefinition<CommonOptions> = {
  name: "cluster",
  description: "Nodes, versions, etcd, API, DNS, storage, open ports; exits with 1 when something fails",
  examples: ["npx lab validate cluster", "npx lab validate cluster --sandbox --json"],
  options: (command) => skipSynth(json(inSandbox(where(command)))),
  run: lookAtCluster,
};

/** `lab validate` */
export const validate: CommandDefinition = {
  name: "validate",
  description: "Look at what was built and deployed, and say whether it is well",
  commands: [cluster, images],
};
