/** Terraform's side of the stand-in: plans and applies single resources over the plugin session, without Terraform. */
import { join } from "node:path";
import { decodeValues, encodeValues } from "../../../../sandbox/plugin/codec.ts";
import type { Diagnosed, DynamicValue } from "../../../../sandbox/plugin/messages.ts";
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { type Members, readProviderSchema } from "../../../../sandbox/plugin/schema.ts";
import { openSession, served } from "../../../../sandbox/plugin/session.ts";
import { complete, known, type Values } from "../../../../sandbox/plugin/value.ts";
import { proxmoxProvider } from "../../../../sandbox/proxmox/index.ts";
import type { Store } from "../../../../sandbox/world/store.ts";
import { PASSWORD, portOf } from "../world.ts";

const SCHEMA = join(import.meta.dirname, "../../../../providers/proxmox/schema.json");
const play = served(proxmoxProvider, readProviderSchema(SCHEMA));

export interface Planned {
  readonly values: Values;
  /** No difference between the state and the plan. */
  readonly empty: boolean;
  /** Dotted paths of the attributes that replace. */
  readonly replaces: readonly string[];
}

export interface Terraform {
  plan(type: string, config: Attributes, state?: Values): Promise<Planned>;
  /** Plans and applies; without a state it creates. */
  apply(type: string, config: Attributes, state?: Values): Promise<Values>;
  refresh(type: string, state: Values): Promise<Values | null>;
  destroy(type: string, state: Values): Promise<void>;
  importState(type: string, id: string): Promise<Values>;
}

/** A configured provider, as one run of Terraform has it. @throws what the provider says, when it refuses. */
export async function terraform(store: Store, host = "pve-1", overrides: Attributes = {}): Promise<Terraform> {
  const session = openSession(play, { store, latencyMs: 0, log: () => undefined });
  const endpoint = `https://127.0.0.1:${portOf(host)}/`;
  const block = { endpoint, username: "root@pam", password: PASSWORD, insecure: true, ...overrides };
  await session.configure({ config: wire(complete(play.config, block, "provider")) });

  async function planned(type: string, config: Attributes, state: Values | undefined) {
    const request = {
      type_name: name(type),
      prior_state: wire(state ?? null),
      config: wire(complete(members(type), config, type)),
    };
    const reply = checked(await session.plan(request));
    const plannedState = reply.planned_state ?? wire(null);
    const replaces = (reply.requires_replace ?? []).map(({ steps }) =>
      steps.flatMap((step) => step.attribute_name ?? []).join("."),
    );
    return { request: { ...request, planned_state: plannedState }, replaces };
  }

  const refresh: Terraform["refresh"] = async (type, state) => {
    const reply = checked(await session.read({ type_name: name(type), current_state: wire(state) }));
    return decode(type, reply.state ?? wire(null));
  };

  return {
    refresh,
    async plan(type, config, state) {
      const { request, replaces } = await planned(type, config, state);
      const values = decode(type, request.planned_state) ?? {};
      return { values, replaces, empty: JSON.stringify(values) === JSON.stringify(state) };
    },
    async apply(type, config, state) {
      const { request, replaces } = await planned(type, config, state);
      if (replaces.length > 0) throw new Error(`replaces for ${replaces.join(", ")}`);
      const reply = checked(await session.apply(request));
      return decode(type, reply.new_state ?? wire(null)) ?? {};
    },
    async destroy(type, state) {
      const nothing = wire(null);
      const request = { type_name: name(type), prior_state: wire(state), config: nothing, planned_state: nothing };
      checked(await session.apply(request));
    },
    async importState(type, id) {
      const reply = checked(await session.importState({ type_name: name(type), id }));
      const found = decode(type, reply.imported_resources?.[0]?.state ?? wire(null)) ?? {};
      return (await refresh(type, found)) ?? {};
    },
  };
}

/** The state without what nobody set, to compare with `toMatchObject`. */
export function plain(type: string, state: Values | null): Attributes | null {
  return state && known(members(type), state);
}

function name(type: string): string {
  return `proxmox_${type}`;
}

function members(type: string): Members {
  const found = play.resources[name(type)];
  if (!found) throw new Error(`no resource type ${type}`);
  return found;
}

function wire(values: Values | null): DynamicValue {
  return { msgpack: encodeValues(values) };
}

function decode(type: string, value: DynamicValue): Values | null {
  return decodeValues(members(type), value.msgpack);
}

function checked<T extends Diagnosed>(reply: T): T {
  const problem = reply.diagnostics?.[0];
  if (problem) throw new Error(`${problem.summary}: ${problem.detail}`);
  return reply;
}
