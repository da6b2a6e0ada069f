/** The page, over the daemon's world. */
import type net from "node:net";
import type { CallsWithFaults } from "../faults/index.ts";
import type { DeployProgress } from "../page/progress.ts";
import type { Store } from "../world/store.ts";

/** @returns what serves a connection to the page's port, below the token */
export async function loadPage(
  store: Store,
  { log }: CallsWithFaults,
  progress: DeployProgress,
  token: string,
): Promise<(connection: net.Socket) => void> {
  const [{ pageEndpoint }, { viewOf }] = await Promise.all([import("../page/server.ts"), import("../page/view.ts")]);
  return pageEndpoint(
    { view: () => ({ ...viewOf(store), progress: progress.now() }), lastCalls: log.last, subscribe: log.subscribe },
    token,
  );
}
