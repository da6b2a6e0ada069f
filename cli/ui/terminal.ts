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
  /** What is going on now, on the last line of a terminal. Nothing elsewhere. */
  status(text: string): void;
  /** Asks, holding back all other lines until there is an answer. Only for an interactive terminal. */
  ask(question: string, signal: AbortSignal): Promise<string>;
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
  const clear = (): void => {
    if (live && status !== "") main.write("\r\u001B[2K");
  };
  const draw = (): void => {
    if (!live || asking || status === "") return;
    const width = main.columns || 80;
    const plain = stripVTControlCharacters(status);
    main.write(plain.length < width ? status : `${plain.slice(0, width - 2)}…`);
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
      // Reading a line takes Ctrl-C from the terminal; the end of the input (Ctrl-D) is no answer.
      prompt.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
      const ended = new Promise<string>((resolve) => {
        prompt.once("close", () => resolve(""));
      });
      try {
        return await Promise.race([prompt.question(question, { signal }), ended]);
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

/** Asks `question`, and takes "yes" alone for one. */
export async function confirm(
  terminal: Pick<Terminal, "ask">,
  question: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await terminal.ask(`${question}. Only "yes" goes on: `, signal)).trim().toLowerCase() === "yes";
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
