/** Packer's words, and build.sh's, made into steps: what a build is doing, and for how long. */
import { duration } from "../show/words.ts";
import type { Terminal } from "../show/terminal.ts";

const STEPS: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/^build\.sh: (.+ runs no guest here .+)$/, ([, words = ""]) => words],
  [/Retrieving ISO/, () => "fetching the source image"],
  [/Starting VM/, () => "booting the guest"],
  [/Waiting for SSH/, () => "waiting for the guest's SSH"],
  [/Provisioning with shell script: .*\/(\d\d-[\w-]+)\.sh$/, ([, script]) => `provisioning: ${script}`],
  [/Gracefully halting/, () => "sealing and shutting down"],
  [/Converting hard drive/, () => "compressing the disk"],
];

/** The step that a line of Packer's begins; null when it begins none. */
export function stepOf(line: string): string | null {
  for (const [pattern, words] of STEPS) {
    const found = pattern.exec(line);
    if (found !== null) return words(found);
  }
  return null;
}

export interface StepView {
  readonly line: (text: string) => void;
  readonly end: () => void;
}

const TICK_MS = 1000;

/** Shows one line a step, with the time since the build began, and on a terminal how long the step has taken so far. */
export function showSteps(terminal: Terminal, image: string, verbose: boolean): StepView {
  const started = performance.now();
  const since = (): string => duration(performance.now() - started);
  let step = "starting";
  const draw = (): void => terminal.status(`${image} ${since()} ${step}`);
  const ticker = setInterval(draw, TICK_MS);
  return {
    line(text) {
      if (verbose) terminal.line(`${image} | ${text}`);
      const next = stepOf(text);
      if (next === null || next === step) return;
      step = next;
      terminal.line(`${image} ${since().padStart(6)}  ${step}`);
      draw();
    },
    end() {
      clearInterval(ticker);
      terminal.status("");
    },
  };
}
