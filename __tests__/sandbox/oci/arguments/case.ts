/** A resource with every argument set once: what a test knows of it. */
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import type { Made } from "./world.ts";
import type { Said } from "./configurations.ts";

export const OLDER = "the older name of another argument";
export const PROVIDERS = "the provider keeps it to itself";
export const UNREAD = "the API takes it and tells it nowhere";
export const OTHER = "goes with another variant";

export interface Case {
  readonly resource: string;
  /** Arguments that exclude one another take more than one case. */
  readonly variant?: string;
  /** Of the API's collection; absent where there is none of that kind, and the test makes the calls itself. */
  path?(here: Made): string;
  /** The argument that names it in the path. @default "id" */
  readonly named?: string;
  said(here: Made): Said;
  /** Arguments that are told nowhere, or elsewhere; and why. */
  readonly untold?: Readonly<Record<string, string>>;
  /** Where the API says something in another way than the provider. */
  body?(body: Attributes): Attributes;
  /** How the API tells what is untold by its own name. */
  shows?(here: Made): Attributes;
}

export function titleOf({ resource, variant }: Case): string {
  return variant === undefined ? resource : `${resource} (${variant})`;
}

/** @param path `launch_options.firmware`: through the elements of a block */
function lacking(from: Attributes, path: string): Attributes {
  const [first = "", ...rest] = path.split(".");
  const { [first]: value = null, ...others } = from;
  if (rest.length === 0) return others;
  const inside = (item: Attributes): Attributes => lacking(item, rest.join("."));
  return Array.isArray(value) ? { ...from, [first]: value.map(inside) } : from;
}

/** What of a configuration reads back. */
export function toldOf(config: Attributes, { untold = {} }: Case): Attributes {
  return Object.keys(untold).reduce(lacking, config);
}
