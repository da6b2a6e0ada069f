/** What it takes to read states, and to change stacks. */
import type { Runner } from "../terraform/runner.ts";
import type { StateStore } from "./store.ts";

/** What it takes to read states. */
export interface StateReader {
  readonly states: StateStore;
  /** Whether the lab's config has OpenTofu encrypt them. */
  readonly encryptedState: boolean;
}

/** What it takes to run terraform or tofu on a stack and to read its state. */
export interface StackRunner extends Runner, StateReader {}
