/** The protocol's messages as the .proto loader decodes and encodes them. */
import type { Step } from "./plan.ts";

/** A value as it travels. */
export interface DynamicValue {
  readonly msgpack: Uint8Array;
}

interface PathStep {
  readonly attribute_name?: string;
  readonly element_key_int?: number;
}
interface AttributePath {
  readonly steps: readonly PathStep[];
}

/** An error (1) or a warning (2) for whoever runs Terraform. */
export interface Diagnostic {
  readonly severity: 1 | 2;
  readonly summary: string;
  readonly detail: string;
  readonly attribute?: AttributePath;
}

/** Every reply may carry what went wrong. */
export interface Diagnosed {
  readonly diagnostics?: readonly Diagnostic[];
}

/** Configure, or validation of the provider block. */
export interface ConfigRequest {
  readonly config: DynamicValue;
}
/** Validation of a resource, or reading a data source. */
export interface TypedConfigRequest extends ConfigRequest {
  readonly type_name: string;
}
/** A state of whatever version, to become one of the present schema. */
export interface UpgradeRequest {
  readonly type_name: string;
  readonly raw_state: { readonly json: Uint8Array };
}
/** What of an object is there now. */
export interface ReadRequest {
  readonly type_name: string;
  readonly current_state: DynamicValue;
}
/** What a configuration would make of a state. */
export interface PlanRequest extends TypedConfigRequest {
  readonly prior_state: DynamicValue;
}
/** A plan that is to be done. */
export interface ApplyRequest extends PlanRequest {
  readonly planned_state: DynamicValue;
}
/** An object by its import id. */
export interface ImportRequest {
  readonly type_name: string;
  readonly id: string;
}

/** A state, or none. */
export interface StateReply extends Diagnosed {
  readonly state?: DynamicValue;
}
/** A plan, and the attributes that force a replacement. */
export interface PlanReply extends Diagnosed {
  readonly planned_state?: DynamicValue;
  readonly requires_replace?: readonly AttributePath[];
  readonly legacy_type_system?: true;
}
/** The state after a plan was done. */
export interface ApplyReply extends Diagnosed {
  readonly new_state?: DynamicValue;
  readonly legacy_type_system?: true;
}
/** The objects that were found. */
export interface ImportReply extends Diagnosed {
  readonly imported_resources?: readonly { readonly type_name: string; readonly state: DynamicValue }[];
}

/** Steps as the protocol has them. */
export function attributePath(steps: readonly Step[]): AttributePath {
  return {
    steps: steps.map((step) => (typeof step === "number" ? { element_key_int: step } : { attribute_name: step })),
  };
}
