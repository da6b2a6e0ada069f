/** Builds images with progress on the terminal, and writes images.lock.json. */
import { buildImages, type BuildResult, unfinishedFolder } from "../../../images/build.ts";
import { BASE, type ImageDefinition, PROXMOX } from "../../../images/model/definitions.ts";
import { recordBuild } from "../../../images/record.ts";
import { findEngine } from "../../../images/runners/dagger-engine.ts";
import { daggerRunner } from "../../../images/runners/dagger.ts";
import { missingForLocal } from "../../../images/runners/local-tools.ts";
import { localRunner } from "../../../images/runners/local.ts";
import type { Runner } from "../../../images/runners/runner.ts";
import { processesWith } from "../../clients/processes.ts";
import { CliError } from "../../ui/errors.ts";
import type { Terminal } from "../../ui/terminal.ts";
import { duration } from "../../ui/words.ts";
import type { ImagesContext, ImagesOptions } from "./images.ts";
import { waitUntil } from "../../ui/wait.ts";

/** Options of `lab images build`. */
export interface BuildOptions extends ImagesOptions {
  readonly runner?: RunnerChoice;
  readonly source?: string;
  readonly builder?: string;
  readonly force?: boolean;
  readonly verbose?: boolean;
}

/** Builds with progress, and writes the lock. */
export async function buildHere(
  context: ImagesContext,
  images: readonly ImageDefinition[],
  options: BuildOptions,
): Promise<readonly BuildResult[]> {
  const { inputs, declared, artifacts, terminal, interruption, say } = context;
  await endLeftovers(artifacts, say);
  const runner = await chooseRunner(options.runner ?? "auto", options.builder ?? null, say);
  const views = new Map<ImageDefinition, StepView>();
  try {
    const results = await buildImages({
      ...inputs,
      images,
      artifacts,
      runner,
      source: options.source ?? null,
      force: options.force ?? false,
      signal: interruption.signal,
      say,
      onOutput: (image, line) => {
        const view = views.get(image) ?? showSteps(terminal, image.key, options.verbose ?? false);
        views.set(image, view);
        view.line(line);
      },
    });
    for (const result of results) {
      const said = await recordBuild(declared, result.image, result);
      if (said !== null) say(said);
    }
    return results;
  } finally {
    for (const view of views.values()) view.end();
  }
}

/** What `--runner` takes. */
export const RUNNERS = ["auto", "dagger", "local"] as const;
/** One of these. */
export type RunnerChoice = (typeof RUNNERS)[number];

/**
 * Chooses who builds, and says so: the one asked for, or Dagger where an engine answers, or the machine's own Packer.
 *
 * @param builder root file system for Dagger's container; null takes the pinned image
 * @throws CliError when nothing here can build
 */
export async function chooseRunner(
  choice: RunnerChoice,
  builder: string | null,
  say: (line: string) => void,
): Promise<Runner> {
  const search = choice === "local" ? null : await findEngine();
  if (search?.engine) {
    say("building with Dagger (--runner local takes this machine's Packer)");
    return daggerRunner({ builder });
  }
  if (choice === "dagger") throw new CliError(`--runner dagger: ${search?.reason ?? "no engine"}`);
  const missing = missingForLocal();
  if (missing !== null) {
    const dagger = search === null ? "" : `no Dagger engine: ${search.reason}; and `;
    throw new CliError(`images cannot be built here: ${dagger}${missing}`);
  }
  say(
    search === null ? "building with this machine's Packer" : `building with this machine's Packer (${search.reason})`,
  );
  return localRunner();
}

/** Packer's words, and build.sh's, and the steps that they begin. */
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

/** Shows the steps of one build, until its end. */
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

const POLL_MS = 100;
/** How long Packer may take to stop QEMU before both are killed. */
const PATIENCE_MS = 20_000;

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended, or leads no group.
  }
}

/**
 * Ends the build that a killed `lab` has left running: it writes where the next one wants to. Every process of it has the
 * folder on its command line; build.sh leads their group.
 */
export async function endLeftovers(artifacts: string, say: (line: string) => void): Promise<void> {
  for (const folder of [BASE, PROXMOX].map((image) => unfinishedFolder(artifacts, image))) {
    const left = (): readonly number[] => processesWith(folder).map(({ pid }) => pid);
    if (left().length === 0) continue;
    say("ending a build that an earlier run has left");
    for (const pid of left()) signalGroup(pid, "SIGTERM");
    await waitUntil(() => left().length === 0, { pollMs: POLL_MS, patienceMs: PATIENCE_MS });
    for (const pid of left()) signalGroup(pid, "SIGKILL");
  }
}
