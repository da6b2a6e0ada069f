/** The protocol's messages as the .proto loader decodes and encodes them. */
import type { Step } from "./plan.ts";

export interface DynamicValue {
  readonly msgpack: Uint8Array;
}

export interface PathStep {
  readonly attribute_name?: string;
  readonly element_key_int?: number;
}
export interface AttributePath {
  readonly steps: readonly PathStep[];
}

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

export interface ConfigRequest {
  readonly config: DynamicValue;
}
export interface TypedConfigRequest extends ConfigRequest {
  readonly type_name: string;
}
export interface UpgradeRequest {
  readonly type_name: string;
  readonly raw_state: { readonly json: Uint8Array };
}
export interface ReadRequest {
  readonly type_name: string;
  readonly current_state: DynamicValue;
}
export interface PlanRequest extends TypedConfigRequest {
  readonly prior_state: DynamicValue;
}
export interface ApplyRequest extends PlanRequest {
  readonly planned_state: DynamicValue;
}
export interface ImportRequest {
  readonly type_name: string;
  readonly id: string;
}

export interface StateReply extends Diagnosed {
  readonly state?: DynamicValue;
}
export interface PlanReply extends Diagnosed {
  readonly planned_state?: DynamicValue;
  readonly requires_replace?: readonly AttributePath[];
  readonly legacy_type_system?: true;
}
export interface ApplyReply extends Diagnosed {
  readonly new_state?: DynamicValue;
  readonly legacy_type_system?: true;
}
export interface ImportReply extends Diagnosed {
  readonly imported_resources?: readonly { readonly type_name: string; readonly state: DynamicValue }[];
}

export function attributePath(steps: readonly Step[]): AttributePath {
  return {
    steps: steps.map((step) => (typeof step === "number" ? { element_key_int: step } : { attribute_name: step })),
  };
}
