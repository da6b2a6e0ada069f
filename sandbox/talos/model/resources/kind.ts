/** How a type of resource is declared: what `talosctl get` calls it, its fields, and what a machine has of it. */
import type { ListeningMachine, Placed } from "../placed.ts";
import type { ConfiguredMachine } from "../machines.ts";
import type { Fields } from "./spec.ts";

/** What a machine has of a type, by id. */
export type Resources = Readonly<Record<string, Fields>>;

/** A machine that is asked. */
export interface Place extends Placed {
  readonly machine: ListeningMachine;
}

/** A machine with a configuration that is asked. */
export interface ConfiguredPlace extends Placed {
  readonly machine: ConfiguredMachine;
  /** The machines of its cluster, and whether that is bootstrapped. */
  readonly cluster: readonly ConfiguredMachine[];
  readonly running: boolean;
}

/** A type of resource. */
export interface Kind {
  /** Such as `Members.cluster.talos.dev`. */
  readonly type: string;
  readonly namespace: string;
  /** Names beside those that follow from the type. */
  readonly aliases?: readonly string[];
  /** Columns of `talosctl get` beside the usual ones, with their places in the YAML. */
  readonly columns?: Readonly<Record<string, string>>;
  /** For admins alone. */
  readonly sensitive?: true;
  /** Its fields, as `fieldsOf` reads them. */
  readonly spec: string;
  /** The one field that is the whole of the YAML. */
  readonly inline?: string;
  /** Known by name, so that who asks for it is told that it is not played. */
  readonly unplayed?: true;
  /** What every machine has, also in maintenance. @default - nothing */
  readonly always?: (place: Place) => Resources;
  /** What a machine with a configuration has beside that. @default - nothing */
  readonly configured?: (place: ConfiguredPlace) => Resources;
  /** What a control plane has beside that. @default - nothing */
  readonly controlPlane?: (place: ConfiguredPlace) => Resources;
}
