/** What it takes to run terraform or tofu on a stack. */
import type { Interruption } from "../../ui/interruption.ts";
import type { Terminal } from "../../ui/terminal.ts";
import type { Project } from "../synth/project.ts";
import type { Binary, KnownTools } from "./binary.ts";

/** The tool, and what it is run with. */
export interface Runner {
  readonly project: Project;
  readonly terminal: Terminal;
  readonly interruption: Interruption;
  readonly binary: Binary;
  readonly tools: KnownTools;
  /** Keeps inits from each other, and from what runs providers, where they share a cache. */
  readonly plugins: PluginTurns;
  /** The configuration by which the sandbox has real providers; undefined where there are none. */
  readonly providerConfig: string | undefined;
}

/**
 * Who may use the plugin cache. Terraform's `init` writes into it whatever is there already, so of two at once, and of one
 * beside a plan whose provider runs from there, one fails: "text file busy" (hashicorp/terraform#31964, #32915).
 */
interface PluginTurns {
  /** Runs what installs providers: beside nothing else. */
  installing<T>(work: () => Promise<T>): Promise<T>;
  /** Runs what starts providers: beside others that do. */
  running<T>(work: () => Promise<T>): Promise<T>;
}

/** Without a cache every stack has files of its own. */
const FREE: PluginTurns = { installing: (work) => work(), running: (work) => work() };

/** In the order in which they were asked for, so that an `init` is not kept waiting by ever new plans. */
function inTurn(): PluginTurns {
  let installed: Promise<unknown> = Promise.resolve();
  let running: Promise<unknown>[] = [];
  return {
    installing(work) {
      const turn = Promise.all([installed, ...running]).then(work);
      installed = turn.catch(() => undefined);
      running = [];
      return turn;
    },
    running(work) {
      const turn = installed.then(work);
      running.push(turn.catch(() => undefined));
      return turn;
    },
  };
}

/** @param shared whether all stacks install into one cache */
export function pluginTurns(shared: boolean): PluginTurns {
  return shared ? inTurn() : FREE;
}
