/** What the REST door knows beside the world: it is gone with the process, as nothing of it outlives a call for long. */
import type { Attributes } from "../../plugin/resource.ts";
import { Lifecycles } from "./lifecycle.ts";
import { RetryTokens } from "./retry-tokens.ts";
import { WorkRequests } from "./work-requests.ts";
import type { World } from "../../world/world.ts";

/** Where bytes are kept, and how long a change takes. */
export interface DoorOptions {
  /** Folder for the bytes of bucket objects; made when the first comes. */
  readonly objects: string;
  /** How long what was changed is on its way (PROVISIONING, STOPPING, …), in milliseconds. @default 500 */
  readonly settleMs?: number;
}

interface ConsoleHistory {
  /** All but its state. */
  readonly view: Attributes;
  readonly output: string;
}

/** The REST interface as calls find it. */
export interface Door {
  readonly world: World;
  readonly objects: string;
  readonly lifecycles: Lifecycles;
  readonly retryTokens: RetryTokens;
  readonly workRequests: WorkRequests;
  /** By OCID. */
  readonly consoleHistories: Map<string, ConsoleHistory>;
}

/** The REST interface over a world. */
export function openDoor(world: World, { objects, settleMs = 500 }: DoorOptions): Door {
  const clock = (): number => Date.parse(world.now());
  return {
    world,
    objects,
    lifecycles: new Lifecycles(clock, settleMs),
    retryTokens: new RetryTokens(clock),
    workRequests: new WorkRequests(world, settleMs),
    consoleHistories: new Map(),
  };
}
