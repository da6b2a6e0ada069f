/** A line of what a machine or a service of it did. */
export interface JournalEntry {
  /** RFC 3339. */
  readonly at: string;
  readonly service: string;
  readonly text: string;
}

/** State of the sandbox's Talos machines, by guest address. Owned by sandbox/talos. */
export type TalosState = Record<string, TalosMachine>;

/**
 * A machine that left maintenance mode. It is only as real as the virtual machine or the instance it is on: one with another `vmId` or
 * `generation` has a disk of its own, and on that it is in maintenance mode again, or configured by user data.
 */
export interface TalosMachine {
  /** Null: it is an instance itself. */
  readonly vmId: number | null;
  readonly generation: string;
  /** The YAML it was given last; null on one whose system disk was wiped, which boots nothing. */
  configuration: string | null;
  /** Nobody has applied it: the machine booted with it. */
  byUserData?: boolean;
  /** What it will run on after the next reboot. */
  staged?: string;
  /** The Talos it was upgraded to, which its configuration does not say. */
  upgradedTo?: string;
  /** The Talos it ran before that, which a rollback goes back to. */
  previous?: string;
  /** The Talos that an installer wrote, and the next boot starts. */
  installed?: string;
  /** How often it was rebooted, and when last; RFC 3339. */
  boots?: number;
  bootedAt?: string;
  /** Values of the META partition by their keys. */
  meta?: Record<string, string>;
  /** Images that were pulled. */
  images?: string[];
  /** No new pods on its node. */
  cordoned?: boolean;
  /** The etcd snapshot that a recovery takes, in base64. */
  snapshot?: string;
  /** Leads etcd since it was told to. */
  leads?: boolean;
  /** What it did, the latest last. */
  journal?: JournalEntry[];
  /** RFC 3339. */
  readonly configuredAt: string;
  /** When etcd came to hold data on it: at the bootstrap, or when it joined a running cluster; null on workers. */
  etcdSince: string | null;
  /** Whether `etcdSince` is that of the bootstrap. */
  bootstrapped: boolean;
  /** The address that control planes share, while this one has it. */
  holds?: string;
}
