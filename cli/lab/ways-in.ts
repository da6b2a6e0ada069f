/** Commands that lead into the deployed lab. */
import type { Command } from "commander";
import { pathOption } from "../options.ts";
import { inSandbox, json, where } from "../options.ts";
import { type LabCommand } from "./row.ts";

/** Of `kubeconfig` and `talosconfig`. */
const contexts =
  (usual: string) =>
  (command: Command): Command =>
    json(inSandbox(where(command)))
      .addOption(pathOption("--out <file>", `write it there, readable by you alone (default: .lab/${command.name()})`))
      .addOption(
        pathOption(
          "--merge [file]",
          `add its contexts to a file, by name, and keep a copy of that (default: ${usual})`,
        ),
      )
      .option("--stdout", "print it, for another program; not to a terminal")
      .option("--force", "print it to a terminal; overwrite a file that has other contexts")
      .option("--skip-synth", "take what was synthesized last");

export const WAYS_IN: readonly LabCommand[] = [
  {
    name: "tunnel",
    description: "Hold the tunnels open until Ctrl-C, or while a command runs",
    examples: ["npx lab tunnel", "npx lab tunnel pve-1 cp-1", "npx lab tunnel -- kubectl get nodes"],
    options: (command) =>
      json(inSandbox(where(command)))
        .argument("[names...]", "kubernetes, proxmox, talos, a host, a node; without one, all; then -- and a command")
        .option("--skip-synth", "take what was synthesized last"),
    load: async () => (await import("../commands/tunnel.ts")).tunnel,
  },
  {
    name: "kubeconfig",
    description: "Write the kubeconfig of the deployed lab to a file",
    examples: ["npx lab kubeconfig", "npx lab kubeconfig --merge", "npx lab kubeconfig --out kubeconfig --sandbox"],
    options: contexts("as KUBECONFIG says, or ~/.kube/config"),
    load: async () => (await import("../commands/contexts.ts")).kubeconfig,
  },
  {
    name: "talosconfig",
    description: "Write the talosconfig of the deployed lab to a file; its endpoints are tunnels",
    examples: ["npx lab talosconfig", "npx lab talosconfig --merge"],
    options: contexts("as TALOSCONFIG says, or ~/.talos/config"),
    load: async () => (await import("../commands/contexts.ts")).talosconfig,
  },
];
