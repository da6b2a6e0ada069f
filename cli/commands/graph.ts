/** `lab graph`: the lab drawn from what was synthesized. */
import { relative } from "node:path";
import { targetOf, writeUserFile } from "../user-files.ts";
import { labGraph } from "../graph/lab-graph.ts";
import { masked } from "../masking/masker.ts";
import { mermaid } from "../graph/mermaid.ts";
import { svg } from "../graph/svg.ts";
import { readElements } from "../graph/references.ts";
import { inOrder } from "../synth/graph.ts";
import { synthesize } from "../synth/synthesize.ts";
import { printDocument } from "./document.ts";
import { atWork, type CommonOptions } from "./workplace.ts";

export interface GraphOptions extends CommonOptions {
  /** @default mermaid */
  readonly format?: "mermaid" | "svg";
  /** Where to write; stdout without one. */
  readonly out?: string;
}

export async function graph(options: GraphOptions): Promise<number> {
  return atWork(options, "lab graph", async (place) => {
    if (options.out !== undefined) targetOf(options.out);
    const { stacks } = await synthesize(place, options.skipSynth ?? false);
    const lab = labGraph(
      inOrder(stacks).map(({ name }) => name),
      readElements(stacks),
    );
    const drawing = options.format === "svg" ? svg(lab) : mermaid(lab);
    if (options.json) printDocument(lab);
    else if (options.out === undefined) process.stdout.write(drawing);
    if (options.out !== undefined) {
      await writeUserFile(options.out, masked(drawing), { mode: 0o644, signal: place.interruption.signal });
      place.terminal.aside(`drew the lab into ${relative("", options.out)}`);
    }
    return 0;
  });
}
