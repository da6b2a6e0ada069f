/** `lab drill`: loses a cluster and restores it, in a sandbox of its own. */
import { join } from "node:path";
import { type CommandDefinition, json, where } from "../../ui/command.ts";
import type { ProjectOptions } from "../../engine/synth/project.ts";
import { printDocument } from "../../ui/document.ts";
import { Interrupted } from "../../ui/errors.ts";
import { watchSignals } from "../../ui/interruption.ts";
import { openTerminal } from "../../ui/terminal.ts";
import { list, plural } from "../../ui/words.ts";

interface DrillCommandOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly color?: boolean;
}

const BIN = join(import.meta.dirname, "..", "..", "bin");

/** Exits with 0 where every object is as it was. */
async function runDrill(options: DrillCommandOptions): Promise<number> {
  const { drill } = await import("../../engine/runs/drill.ts");
  const { openProject } = await import("../../engine/synth/project.ts");
  const { config } = openProject({ ...options, sandbox: true });
  const terminal = openTerminal({ json: options.json ?? false, color: options.color ?? true });
  const interruption = watchSignals((line) => terminal.aside(line));
  const { signal } = interruption;
  try {
    const output = options.json ? "stderr" : "stdout";
    const result = await drill({ config, bin: BIN, signal, say: (line) => terminal.line(line), output });
    const { controlPlanes, same, lost } = result;
    if (options.json) printDocument({ ok: lost.length === 0, ...result });
    else if (lost.length > 0) terminal.line(`lost, or not as before: ${list(lost)}`);
    else
      terminal.line(
        `${plural(same.length, "object")} as before, after the loss of etcd on ${plural(controlPlanes.length, "control plane")}`,
      );
    return lost.length === 0 ? 0 : 1;
  } catch (error) {
    throw signal.reason instanceof Interrupted ? signal.reason : error;
  } finally {
    interruption.dispose();
  }
}

/** `lab drill` */
export const drill: CommandDefinition<DrillCommandOptions> = {
  name: "drill",
  description: "Rehearse a disaster in a sandbox of its own: deploy this lab, back up, lose etcd, restore, compare",
  examples: ["npx lab drill", "npx lab drill --json"],
  options: (command) => json(where(command)),
  run: runDrill,
};
