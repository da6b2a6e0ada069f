/** How one Terraform resource type or data source is played on the world. The plugin server does the protocol. */
import type { World } from "../world/world.ts";

/** A decoded Terraform value: blocks and nested attributes are objects or arrays, absent ones are null. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Attributes = { readonly [key: string]: Json };

/** What the provider block said, after Configure; null where it is unset or not yet known. */
export interface Call {
  readonly world: World;
  readonly provider: Attributes;
}

/**
 * One resource type. `planned` is the whole planned object; computed attributes that are not known yet are null in it.
 * What a handler returns is merged over `planned`, so it returns only what it computes.
 * A handler that throws `Refusal` has changed nothing.
 */
export interface ResourceType {
  /** Attribute paths (`source_details.boot_volume_size_in_gbs`) whose change replaces the resource. */
  readonly forceNew?: readonly string[];
  /** Values of optional attributes that the provider fills in at plan time, by attribute path. */
  readonly defaults?: Readonly<Record<string, Json>>;
  /** Computed attributes that an update may change; the others keep their value in an update's plan. */
  readonly changesOnUpdate?: readonly string[];
  /** Refuses or completes a plan. Given null for `prior` on create. Returns attributes known at plan time. */
  plan?(call: Call, prior: Attributes | null, proposed: Attributes): Attributes;
  create(call: Call, planned: Attributes): Attributes | Promise<Attributes>;
  /** The present attributes, or null when the object is gone. */
  read(call: Call, state: Attributes): Attributes | null;
  /** Absent: every change replaces. */
  update?(call: Call, prior: Attributes, planned: Attributes): Attributes | Promise<Attributes>;
  delete(call: Call, state: Attributes): void | Promise<void>;
  /** The attributes of an existing object by its import id, or null when there is none. */
  importState?(call: Call, id: string): Attributes | null;
}

export interface DataSource {
  read(call: Call, config: Attributes): Attributes;
}

/** A provider: what `schema.json` of its bindings declares, played. */
export interface Provider {
  /** `oracle/oci` */
  readonly source: string;
  readonly resources: Readonly<Record<string, ResourceType>>;
  readonly dataSources: Readonly<Record<string, DataSource>>;
}

/** What the real service would refuse: becomes one Terraform diagnostic. */
export class Refusal extends Error {
  readonly summary: string;
  readonly detail: string;
  /** Attribute path the diagnostic points at. */
  readonly attribute: string | undefined;

  constructor(summary: string, detail: string, attribute?: string) {
    super(`${summary}: ${detail}`);
    this.name = "Refusal";
    this.summary = summary;
    this.detail = detail;
    this.attribute = attribute;
  }
}
