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
  /** The YAML it was given last; null on a machine that was reset without a reboot and is switched off. */
  configuration: string | null;
  /** Nobody has applied it: the machine booted with it. */
  byUserData?: boolean;
  /** What it will run on after the next reboot. */
  staged?: string;
  /** The Talos it was upgraded to, which its configuration does not say. */
  upgradedTo?: string;
  /** How often it was rebooted. */
  boots?: number;
  /** RFC 3339. */
  readonly configuredAt: string;
  /** When etcd came to hold data on it: at the bootstrap, or when it joined a running cluster; null on workers. */
  etcdSince: string | null;
  /** Whether `etcdSince` is that of the bootstrap. */
  bootstrapped: boolean;
  /** The address that control planes share, while this one has it. */
  holds?: string;
}
