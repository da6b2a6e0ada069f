/** What it takes to run terraform or tofu on a stack. */
import type { Project } from "../project.ts";
import type { Interruption } from "../run/interruption.ts";
import type { Terminal } from "../show/terminal.ts";
import type { Binary } from "./binary.ts";
import type { KnownTools } from "./known.ts";
import type { PluginTurns } from "./plugin-turns.ts";

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
