/** Every type of resource that machines here tell of, and what one has of it now. */
import { MachineError } from "../machines.ts";
import { clusterAround } from "../placed.ts";
import { blockKinds } from "./block.ts";
import { clusterKinds } from "./cluster.ts";
import { definitionKinds } from "./definitions.ts";
import type { Kind, Place, Resources } from "./kind.ts";
import { kubernetesKinds } from "./kubernetes.ts";
import { networkKinds } from "./network.ts";
import { runtimeKinds } from "./runtime.ts";
import { secretKinds } from "./secrets.ts";
import { unplayedKinds } from "./unplayed.ts";
import { type Fields, fieldsOf, type Spec, specOf } from "./spec.ts";

const known: readonly Kind[] = [
  ...blockKinds,
  ...clusterKinds,
  ...kubernetesKinds,
  ...networkKinds,
  ...runtimeKinds,
  ...secretKinds,
  ...unplayedKinds,
];

/** All of them, with those that tell of the types themselves. */
export const KINDS: readonly Kind[] = [...known, ...definitionKinds(known)];

const byType = new Map(KINDS.map((kind) => [kind.type, kind]));

/** @throws MachineError for a type that is not played: an empty list would say that there is nothing */
export function kindOf(type: string, namespace: string): Kind {
  const kind = byType.get(type);
  if (kind?.namespace === namespace && !kind.unplayed) return kind;
  throw new MachineError("Unimplemented", `the sandbox does not play resources ${type} in ${namespace}`);
}

const fieldsByKind = new Map<Kind, ReturnType<typeof fieldsOf>>();

/** A resource's spec as it is sent. */
export function specIn(kind: Kind, value: Fields): Spec {
  const fields = fieldsByKind.get(kind) ?? fieldsOf(kind.spec);
  fieldsByKind.set(kind, fields);
  return specOf(fields, value, kind.inline);
}

/** What a machine has of a type now. */
export function resourcesOf(place: Place, { always, configured, controlPlane }: Kind): Resources {
  const own = always?.(place) ?? {};
  const { machine } = place;
  if (machine.stage === "maintenance" || !(configured || controlPlane)) return own;
  const here = { ...place, machine, ...clusterAround(place, machine) };
  const more = machine.facts.role === "control-plane" ? controlPlane?.(here) : {};
  return { ...own, ...configured?.(here), ...more };
}
