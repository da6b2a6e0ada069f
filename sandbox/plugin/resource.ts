/** How one Terraform resource type or data source is played on the world. The plugin server does the protocol. */
import type { Json } from "../http/json.ts";
import type { World } from "../world/world.ts";

export type { Json };

/** Decoded Terraform values: blocks and nested attributes are objects or arrays, absent ones are null. */
export type Attributes = { readonly [key: string]: Json };

/** The world, and the provider block after Configure; an argument is null where it is unset or not yet known. */
export interface ProviderContext {
  readonly world: World;
  readonly provider: Attributes;
}

/**
 * One resource type. `planned` is the whole planned object; computed attributes that are not known yet are null in it
 * (lists and sets of blocks: empty).
 * What a handler returns is merged over `planned` (`read`: over the state), so it returns only what it computes. In
 * blocks and nested objects the merge goes inside, list blocks by index; null unsets; sets and plain values replace.
 * Write-only attributes are in `planned` with the config's values and never reach the state.
 * A handler that throws `Refusal` has changed nothing. Every other exception is reported as a bug of the sandbox.
 */
export interface ResourceType {
  /** Attribute paths (`source_details.boot_volume_size_in_gbs`) whose change replaces the resource. */
  readonly forceNew?: readonly string[];
  /** Values of optional attributes that the provider fills in at plan time, by attribute path. */
  readonly defaults?: Readonly<Record<string, Json>>;
  /** Computed attributes that an update may change; the others keep their value in an update's plan. */
  readonly changesOnUpdate?: readonly string[];
  /** Paths of blocks that the provider fills in where the config has none (`shape_config`); the others become empty. */
  readonly computedBlocks?: readonly string[];
  /**
   * As providers on SDKv2 have it: what the config does not say is no change from `""`, `false`, 0 or an empty list, set or map,
   * and an empty one is none from nothing. Their states have either. The framework tells these apart.
   */
  readonly zeroIsUnset?: boolean;
  /** Replacement that depends on values: the attribute paths that force it, beside `forceNew`. */
  replaces?(prior: Attributes, planned: Attributes): readonly string[];
  /** Computed attributes, by path, that are due to be made anew though nothing of the config changes: the plan leaves them unknown. */
  renews?(call: ProviderContext, prior: Attributes, config: Attributes): readonly string[];
  /**
   * Refuses or completes a plan. Given null for `prior` on create. Returns attributes known at plan time.
   * `known` says of a top-level attribute whether its whole value is known: an unknown one is null in `proposed`.
   */
  plan?(
    call: ProviderContext,
    prior: Attributes | null,
    proposed: Attributes,
    known: (attribute: string) => boolean,
  ): Attributes;
  create(call: ProviderContext, planned: Attributes): Attributes | Promise<Attributes>;
  /** The present attributes, or null when the object is gone. */
  read(call: ProviderContext, state: Attributes): Attributes | null;
  /** Absent: every change replaces. */
  update?(call: ProviderContext, prior: Attributes, planned: Attributes): Attributes | Promise<Attributes>;
  delete(call: ProviderContext, state: Attributes): void | Promise<void>;
  /** The attributes of an existing object by its import id, or null when there is none. */
  importState?(call: ProviderContext, id: string): Attributes | null;
}

/** One data source: reads, and never changes anything. */
export interface DataSource {
  read(call: ProviderContext, config: Attributes): Attributes;
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
