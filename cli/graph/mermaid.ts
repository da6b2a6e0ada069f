/** The lab as Mermaid text: drawn by GitHub and GitLab where it stands in Markdown. */
import type { LabGraph } from "./lab-graph.ts";

/** Mermaid reads entities, with # in place of &, and takes a backslash for nothing special. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) => line.replaceAll(/[#"<>&]/g, (each) => `#${each.codePointAt(0)};`));
  return `"${escaped.join("<br/>")}"`;
}

export function mermaid({ stacks, boxes, arrows }: LabGraph): string {
  // Numbered by their order: names may hold what Mermaid takes for its own words.
  const ids = new Map(boxes.map(({ id }, index) => [id, `n${index + 1}`]));
  // What needs stands above what it needs.
  const groups = stacks
    .toReversed()
    .flatMap((stack) => [
      `  subgraph ${stack.replaceAll(/\W/g, "_")}_stack[${quoted([stack])}]`,
      ...boxes
        .filter((box) => box.stack === stack)
        .map(({ id, title, about }) => `    ${ids.get(id)}[${quoted(about === "" ? [title] : [title, about])}]`),
      "  end",
    ]);
  return ["flowchart TB", ...groups, ...arrows.map(({ from, to }) => `  ${ids.get(from)} --> ${ids.get(to)}`), ""].join(
    "\n",
  );
}
