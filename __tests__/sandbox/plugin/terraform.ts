/** Terraform's side of the plugin protocol, for one resource at a time and without Terraform. */
import { decodeValues, encodeValues } from "../../../sandbox/plugin/codec.ts";
import type { Diagnosed, Diagnostic, DynamicValue } from "../../../sandbox/plugin/messages.ts";
import type { Attributes, Provider } from "../../../sandbox/plugin/resource.ts";
import type { Members, ProviderSchema } from "../../../sandbox/plugin/schema.ts";
import { openSession, served } from "../../../sandbox/plugin/session.ts";
import { complete, equal, UNKNOWN, type Value, type Values } from "../../../sandbox/plugin/value.ts";
import type { Store } from "../../../sandbox/world/store.ts";

export interface Planned {
  readonly values: Values;
  /** Nothing would change. */
  readonly empty: boolean;
  /** `create_vnic_details.0.private_ip` */
  readonly replaces: readonly string[];
}

/** What the provider answered instead of doing it. */
export class Diagnosis extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(`${diagnostic.summary} ${diagnostic.detail}`);
    this.diagnostic = diagnostic;
  }
  /** Dotted path that the diagnostic points at. */
  get attribute(): string {
    return (this.diagnostic.attribute?.steps ?? [])
      .map(({ attribute_name, element_key_int }) => attribute_name ?? String(element_key_int))
      .join(".");
  }
}

export interface Terraform {
  plan(type: string, config: Attributes, state?: Values | null): Promise<Planned>;
  /** Plans and applies; replaces where the plan says so. */
  apply(type: string, config: Attributes, state?: Values | null): Promise<Values>;
  read(type: string, state: Values): Promise<Values | null>;
  destroy(type: string, state: Values): Promise<void>;
  importState(type: string, id: string): Promise<Values>;
  data(type: string, config: Attributes): Promise<Values>;
}

function wire(values: Values | null): DynamicValue {
  return { msgpack: encodeValues(values) };
}

function checked<T extends Diagnosed>(reply: T): T {
  const [diagnostic] = reply.diagnostics ?? [];
  if (diagnostic) throw new Diagnosis(diagnostic);
  return reply;
}

export async function terraform(
  provider: Provider,
  schema: ProviderSchema,
  store: Store,
  config: Attributes = {},
): Promise<Terraform> {
  const play = served(provider, schema);
  const session = openSession(play, { store, latencyMs: 0, log: () => undefined });
  await session.configure({ config: wire(complete(play.config, config, "provider")) });
  const of = (type: string): Members => play.resources[type] ?? {};
  const decoded = (members: Members, value: DynamicValue | undefined): Values | null =>
    value ? decodeValues(members, value.msgpack) : null;

  async function request(type: string, wanted: Attributes, state: Values | null) {
    const ask = { type_name: type, prior_state: wire(state), config: wire(complete(of(type), wanted, type)) };
    const reply = checked(await session.plan(ask));
    const replaces = (reply.requires_replace ?? []).map(({ steps }) =>
      steps.map(({ attribute_name, element_key_int }) => attribute_name ?? String(element_key_int)).join("."),
    );
    return { ask: { ...ask, planned_state: reply.planned_state ?? wire(null) }, replaces };
  }

  const terraform: Terraform = {
    async plan(type, wanted, state = null) {
      const { ask, replaces } = await request(type, wanted, state);
      const values = decoded(of(type), ask.planned_state) ?? {};
      return { values, replaces, empty: state !== null && equal({ kind: "object", members: of(type) }, state, values) };
    },
    async apply(type, wanted, state = null) {
      const { ask, replaces } = await request(type, wanted, state);
      if (state && replaces.length > 0) {
        await terraform.destroy(type, state);
        return terraform.apply(type, wanted);
      }
      return decoded(of(type), checked(await session.apply(ask)).new_state) ?? {};
    },
    async read(type, state) {
      const reply = checked(await session.read({ type_name: type, current_state: wire(state) }));
      return decoded(of(type), reply.state);
    },
    async destroy(type, state) {
      const nothing = wire(null);
      checked(
        await session.apply({ type_name: type, prior_state: wire(state), planned_state: nothing, config: nothing }),
      );
    },
    async importState(type, id) {
      const reply = checked(await session.importState({ type_name: type, id }));
      const state = decoded(of(type), reply.imported_resources?.[0]?.state);
      return (state && (await terraform.read(type, state))) ?? {};
    },
    async data(type, wanted) {
      const members = play.dataSources[type] ?? {};
      const reply = checked(
        await session.readDataSource({ type_name: type, config: wire(complete(members, wanted, type)) }),
      );
      return decoded(members, reply.state) ?? {};
    },
  };
  return terraform;
}

/** Names of the top-level attributes that are not known yet. */
export function unknowns(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]: [string, Value]) => (value === UNKNOWN ? [name] : []));
}
