/** What an API server stands in, and how it keeps what is done. */
import type { TLSSocket } from "node:tls";
import type { Calls } from "../../../faults/calls.ts";
import { settle } from "./controllers/index.ts";
import type { Cluster } from "./store/cluster.ts";

/** The world around it. */
export interface Server {
  readonly calls: Calls;
  /** Asked at each request; null once the cluster is gone. */
  readonly state: () => Cluster | null;
  /** Keeps what was written. */
  readonly changed: () => void;
  /** Whether a connection's client may ask anything. */
  readonly letsIn: (socket: TLSSocket) => boolean;
}

/** Does something, lets the controllers do their part, and keeps and tells what was written. */
export function keeping<Result>({ changed }: Pick<Server, "changed">, cluster: Cluster, what: () => Result): Result {
  const { store } = cluster;
  const before = store.revision;
  try {
    const result = what();
    settle(cluster);
    return result;
  } finally {
    if (store.revision !== before) {
      changed();
      store.tell();
    }
  }
}
