/** `lab graph`: the lab drawn from what was synthesized. */
import { relative } from "node:path";
import { type CommonOptions, synthesize, withLabLock } from "../../engine/synth/command-context.ts";
import { inOrder } from "../../engine/synth/stack-order.ts";
import { type CommandDefinition, inSandbox, json, skipSynth, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { masked } from "../../ui/masker.ts";
import { Option, pathOption } from "../../ui/options.ts";
import { targetOf, writeUserFile } from "../../ui/user-files.ts";

interface GraphOptions extends CommonOptions {
  /** @default mermaid */
  readonly format?: "mermaid" | "svg";
  /** Where to write; stdout without one. */
  readonly out?: string;
}

async function draw(options: GraphOptions): Promise<number> {
  const { mermaid, svg } = await import("../../engine/synth/drawing.ts");
  const { labGraph } = await import("../../engine/synth/lab-graph.ts");
  const { readElements } = await import("../../engine/synth/references.ts");
  return withLabLock(options, "lab graph", async (context) => {
    if (options.out !== undefined) targetOf(options.out);
    const { stacks } = await synthesize(context, options.skipSynth ?? false);
    const lab = labGraph(
      inOrder(stacks).map(({ name }) => name),
      readElements(stacks),
    );
    const drawing = options.format === "svg" ? svg(lab) : mermaid(lab);
    if (options.json) printDocument(lab);
    else if (options.out === undefined) process.stdout.write(drawing);
    if (options.out !== undefined) {
      await writeUserFile(options.out, masked(drawing), { mode: 0o644, signal: context.interruption.signal });
      context.terminal.aside(`drew the lab into ${relative("", options.out)}`);
    }
    return 0;
  });
}

/** `lab graph` */
export const graph: CommandDefinition<GraphOptions> = {
  name: "graph",
  description: "Draw the lab from what is synthesized: stacks, hosts, networks, machines, and what needs what",
  examples: ["npx lab graph", "npx lab graph --format svg --out lab.svg"],
  options: (command) =>
    skipSynth(
      json(inSandbox(where(command)))
        .addOption(new Option("--format <format>", "how to draw it").choices(["mermaid", "svg"]).default("mermaid"))
        .addOption(pathOption("--out <file>", "write it there (default: stdout)")),
    ),
  run: draw,
};
