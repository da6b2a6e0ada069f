/** What it takes to run terraform or tofu on a stack. */
import type { Project } from "../project.ts";
import type { Interruption } from "../run/interruption.ts";
import type { StateStore } from "../state/store.ts";
import type { Terminal } from "../show/terminal.ts";
import type { Binary } from "./binary.ts";
import type { KnownTools } from "./known.ts";
import type { PluginTurns } from "./plugin-turns.ts";

/** What it takes to read states. */
export interface StateReader {
  readonly states: StateStore;
  /** Whether the lab's config has OpenTofu encrypt them. */
  readonly encryptedState: boolean;
}

export interface Runner extends StateReader {
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
