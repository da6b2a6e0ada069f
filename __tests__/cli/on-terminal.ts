/** Runs a program on a terminal, and types when it asks. */
import { spawn, spawnSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** `script` of util-linux gives a program a terminal. */
export const hasScript = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

export interface Session {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What is typed at each question, one after the other. A function is called before its text is typed. */
  readonly answers: readonly (string | (() => string))[];
  /** How a question ends. @default "] " */
  readonly prompt?: string;
  readonly columns?: number;
}

export interface Typed {
  readonly code: number | null;
  /** All that came to the screen, without control codes. */
  readonly screen: string;
}

/** @returns once the program has ended */
export async function onTerminal({
  command,
  cwd,
  env,
  answers,
  prompt = "] ",
  columns = 120,
}: Session): Promise<Typed> {
  const quoted = command.map((part) => `'${part}'`).join(" ");
  const child = spawn("script", ["-qec", `stty cols ${columns}; ${quoted}`, "/dev/null"], { cwd, env });
  const left = [...answers];
  let screen = "";
  let answered = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
    while (left.length > 0 && screen.indexOf(prompt, answered) >= 0) {
      answered = screen.indexOf(prompt, answered) + prompt.length;
      const next = left.shift();
      child.stdin.write(typeof next === "function" ? next() : (next ?? ""));
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, screen: stripVTControlCharacters(screen).replaceAll("\r", "") };
}
