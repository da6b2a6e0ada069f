/** PVE's own description of its API calls: `schema.json`, cut by select-schema.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A parameter, or a part of a property string. */
export interface Property {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly optional?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Name of a format, or the parts of a property string. */
  readonly format?: string | Properties;
  /** Another parameter that has to come along. */
  readonly requires?: string;
  /** Of a part of a property string: it may stand without its key. */
  readonly default_key?: number;
  /** Of a part: another name of this one. With `keyAlias`, the name itself is the value of that part. */
  readonly alias?: string;
  readonly keyAlias?: string;
  /** Of `scsi[n]`: the highest n. */
  readonly last?: number;
}
/** Parameters by name; `net[n]` stands for `net0`, `net1`, … */
export type Properties = Readonly<Record<string, Property>>;

/** `["perm", "/vms/{vmid}", ["VM.Audit"], "any", 1]`, `["and", check, …]`, … */
export type Check = readonly (string | number | Check)[];

/** What PVE says of a call. */
export interface CallSchema {
  readonly parameters?: Properties;
  /** It takes parameters that it does not name. */
  readonly additional?: 1;
  /** None: for root@pam alone. */
  readonly permissions?: { readonly check?: Check; readonly user?: string };
  readonly allowtoken?: number;
  /** Of a call that lists what is below: the key that has its name. */
  readonly child?: string;
}

let loaded: Readonly<Record<string, CallSchema>> | undefined;

/** @param call `GET nodes/{node}/qemu` */
export function schemaOf(call: string): CallSchema {
  // A third of a megabyte: read when the first call comes.
  loaded ??= JSON.parse(readFileSync(join(import.meta.dirname, "schema.json"), "utf8"));
  const found = loaded?.[call];
  if (!found) throw new Error(`schema.json has no ${call}: run select-schema.ts`);
  return found;
}
