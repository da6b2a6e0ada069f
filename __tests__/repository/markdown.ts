/** The documents of the repository: their code blocks, and the code in their sentences. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(__dirname, "../..");

export const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Paths from the root. */
export const DOCUMENTS: readonly string[] = globSync(["*.md", "docs/*.md", "packer/*.md", ".github/*.md"], {
  cwd: ROOT,
}).toSorted();

export interface Block {
  /** After the fence: `sh` is commands, `console` is commands after `$ ` and what they print, `text` is neither. */
  readonly language: string;
  readonly line: number;
  readonly body: string;
}

const FENCE = /^( *)(`{3,})(\S*)\n(.*?)^\1\2$/gms;

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const [, indent = "", , language = "", body = ""] = match;
    return {
      language,
      line: markdown.slice(0, match.index).split("\n").length,
      body: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    };
  });
}

/** What stands between backticks outside of blocks. */
export function spansOf(markdown: string): readonly string[] {
  return [...markdown.replaceAll(FENCE, "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) =>
    code.replaceAll(/\s+/g, " ").replaceAll("\\|", "|"),
  );
}

export interface Step {
  readonly command: string;
  /** What the document says that it prints. */
  readonly output: readonly string[];
}

const NOT_FINISHED = /(\\|[|&])$/;

/** The commands of a block, with lines that go on put together. */
export function stepsOf({ language, body }: Block): readonly Step[] {
  const steps: { command: string; output: string[] }[] = [];
  let goesOn = false;
  for (const line of body.trimEnd().split("\n")) {
    const last = steps.at(-1);
    const starts = language === "sh" ? line.trim() !== "" : line.startsWith("$ ");
    if (goesOn && last !== undefined) last.command += `\n${line}`;
    else if (starts) steps.push({ command: line.replace(/^\$ /, ""), output: [] });
    else last?.output.push(line);
    goesOn = (goesOn || starts) && NOT_FINISHED.test(line);
  }
  return steps;
}
