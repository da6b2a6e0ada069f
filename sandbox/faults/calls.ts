/** Every call on an interface of the sandbox passes here: it is logged, and may be made to fail. */

/** `oci`, `proxmox` and `talos` are the wire APIs; `provider` is the plugin protocol of the stand-ins. */
export const INTERFACES = ["oci", "proxmox", "talos", "kubernetes", "ssh", "provider"] as const;
/** One of them. */
export type Interface = (typeof INTERFACES)[number];

/** Something that somebody asks of an interface of the sandbox. */
export interface Call {
  readonly interface: Interface;
  /** HTTP method, name of the RPC, or what is done: `POST`, `Bootstrap`, `ApplyResourceChange`. */
  readonly method: string;
  /** What it is done to: a path, an address, a resource type. */
  readonly target: string;
}

/** What a call gets instead of a response. Each interface has its own form of it; `code` is one of the API's own. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** The connection is reset before the call is done. */
  | { readonly kind: "reset" }
  /** The call is done, and its answer lost: the connection is reset. */
  | { readonly kind: "lost" }
  /** Nothing is done and nothing is said. */
  | { readonly kind: "hang" }
  /** It is done after a while. */
  | { readonly kind: "slow"; readonly ms: number };

/** What every interface tells of its calls. */
export interface Calls {
  /**
   * Announces a call, before anything is done.
   *
   * @returns what it is to meet; null: its answer
   */
  begin(call: Call): Fault | null;
  /** @param answer HTTP status, gRPC code, or a word */
  end(call: Call, answer: string): void;
  /** Told of an exception that is none of the API's own refusals: a bug of the sandbox. */
  bug(call: Call, error: unknown): void;
}

/** No faults, no log. */
export const quietCalls: Calls = { begin: () => null, end: () => undefined, bug: () => undefined };
