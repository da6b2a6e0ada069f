/** State of the REST API that is not in the world: it ends with the process, as all of it is short-lived. */
import type { Attributes } from "../../plugin/resource.ts";
import type { OtherConsole } from "../resources/boot.ts";
import { Lifecycles } from "./lifecycle.ts";
import { RetryTokens } from "./retry-tokens.ts";
import { WorkRequests } from "./work-requests.ts";
import type { World } from "../../world/world.ts";

/** Where bytes are kept, and how long a change takes. */
export interface ApiOptions {
  /** Folder for the bytes of bucket objects; made when the first comes. */
  readonly objects: string;
  /** How long what was changed is on its way (PROVISIONING, STOPPING, …), in milliseconds. @default 500 */
  readonly settleMs?: number;
  /** @default - every instance boots Linux */
  readonly otherConsole?: OtherConsole;
}

interface ConsoleHistory {
  /** All but its state. */
  readonly view: Attributes;
  readonly output: string;
}

/** The REST interface as calls find it. */
export interface ApiState {
  readonly world: World;
  readonly objects: string;
  readonly lifecycles: Lifecycles;
  readonly retryTokens: RetryTokens;
  readonly workRequests: WorkRequests;
  readonly otherConsole: OtherConsole;
  /** By OCID. */
  readonly consoleHistories: Map<string, ConsoleHistory>;
}

/** The REST interface over a world. */
export function openApi(world: World, { objects, settleMs = 500, otherConsole = () => null }: ApiOptions): ApiState {
  const clock = (): number => Date.parse(world.now());
  return {
    world,
    objects,
    lifecycles: new Lifecycles(clock, settleMs),
    retryTokens: new RetryTokens(clock),
    workRequests: new WorkRequests(world, settleMs),
    otherConsole,
    consoleHistories: new Map(),
  };
}
