/** Prints lines for people: with colours and a status line on a terminal, plain elsewhere. */
import { stripVTControlCharacters, styleText } from "node:util";
import { visibleLines } from "./visible.ts";

/** What a command prints on. */
export interface Terminal {
  readonly colors: Colors;
  /** Progress and results. On stderr with `--json`, as stdout then holds one document. */
  line(text: string): void;
  /** Warnings, errors, and what is said about the run itself. */
  aside(text: string): void;
  /** What is going on now, a few lines at the end of a terminal. Nothing elsewhere. */
  status(text: string): void;
  /**
   * Asks, holding back all other lines until there is an answer. Only for an interactive terminal.
   *
   * @returns null at the end of the input (Ctrl-D)
   */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
  readonly interactive: boolean;
}

interface TerminalOptions {
  readonly json: boolean;
  /** False for `--no-color`. */
  readonly color: boolean;
}

function wantsColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"]) return env["FORCE_COLOR"] !== "0";
  return stream.isTTY && env["TERM"] !== "dumb";
}

/** Decides by the streams, and by NO_COLOR, FORCE_COLOR and TERM. */
export function openTerminal({ json, color }: TerminalOptions, env: NodeJS.ProcessEnv = process.env): Terminal {
  const main = json ? process.stderr : process.stdout;
  const live = main.isTTY && process.stderr.isTTY && env["TERM"] !== "dumb";
  let status = "";
  let asking = false;
  const held: (() => void)[] = [];
  let drawn = 0;
  const clear = (): void => {
    if (drawn === 0) return;
    main.write(`\r\u001B[2K${"\u001B[1A\u001B[2K".repeat(drawn - 1)}`);
    drawn = 0;
  };
  const draw = (): void => {
    if (!live || asking || status === "") return;
    const width = main.columns || 80;
    const lines = status.split("\n").map((line) => {
      const plain = stripVTControlCharacters(line);
      return plain.length < width ? line : `${plain.slice(0, width - 2)}…`;
    });
    main.write(lines.join("\n"));
    drawn = lines.length;
  };
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (asking) {
      held.push(() => write(stream, text));
      return;
    }
    clear();
    stream.write(`${text}\n`);
    draw();
  };
  return {
    colors: color && wantsColor(main, env) ? COLORS : NO_COLORS,
    line: (text) => write(main, visibleLines(text)),
    aside: (text) => write(process.stderr, visibleLines(text)),
    status(text) {
      clear();
      status = visibleLines(text);
      draw();
    },
    async ask(question, signal) {
      clear();
      asking = true;
      const { createInterface } = await import("node:readline/promises");
      const prompt = createInterface({ input: process.stdin, output: main });
      // Reading a line takes Ctrl-C from the terminal.
      prompt.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
      const ended = new Promise<null>((resolve) => {
        prompt.once("close", () => resolve(null));
      });
      try {
        const answer = await Promise.race([prompt.question(question, { signal }), ended]);
        if (answer === null) main.write("\n");
        return answer;
      } finally {
        prompt.close();
        asking = false;
        for (const write of held.splice(0)) write();
        draw();
      }
    },
    interactive: Boolean(process.stdin.isTTY && main.isTTY),
  };
}

/**
 * Asks until the answer is `y`, `yes`, `n` or `no`; the end of the input is a no.
 *
 * @param details prints more, where the answer is `d`. @default - there is no more
 */
export async function confirm(
  terminal: Pick<Terminal, "ask" | "line">,
  question: string,
  signal: AbortSignal,
  details?: () => Promise<void>,
): Promise<boolean> {
  const choices = details === undefined ? "y, n" : "y, n, d for details";
  for (;;) {
    const answer = (await terminal.ask(`${question}? [${choices}] `, signal))?.trim().toLowerCase();
    if (answer === "y" || answer === "yes") return true;
    if (answer === undefined || answer === "n" || answer === "no") return false;
    if (answer === "d" && details !== undefined) await details();
    else terminal.line(`got ${JSON.stringify(answer)}, allowed ${choices}`);
  }
}

type Style = (text: string) => string;

type Colors = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow" | "cyan", Style>>;

/** Whether there are to be colours is asked once, of the terminal. */
function style(name: keyof Colors): Style {
  return (text) => styleText(name, text, { validateStream: false });
}

const unstyled: Style = (text) => text;

/** Styles as escape codes. */
export const COLORS: Colors = {
  bold: style("bold"),
  dim: style("dim"),
  red: style("red"),
  green: style("green"),
  yellow: style("yellow"),
  cyan: style("cyan"),
};

/** The same without any. */
export const NO_COLORS: Colors = {
  bold: unstyled,
  dim: unstyled,
  red: unstyled,
  green: unstyled,
  yellow: unstyled,
  cyan: unstyled,
};
