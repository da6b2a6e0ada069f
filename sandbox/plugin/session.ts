/** One configured provider: what a connection from Terraform talks to. */
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../world/store.ts";
import { decodeValues, encodeValues, fromState } from "./codec.ts";
import {
  type ApplyReply,
  type ApplyRequest,
  attributePath,
  type ConfigRequest,
  type Diagnosed,
  type Diagnostic,
  type DynamicValue,
  type ImportReply,
  type ImportRequest,
  type PlanReply,
  type PlanRequest,
  type ReadRequest,
  type StateReply,
  type TypedConfigRequest,
  type UpgradeRequest,
} from "./messages.ts";
import { plan, type Step } from "./plan.ts";
import {
  type Attributes,
  type ProviderContext,
  type DataSource,
  type Provider,
  Refusal,
  type ResourceType,
} from "./resource.ts";
import { blockMembers, type Members, type ProviderSchema } from "./schema.ts";
import { complete, isKnown, known, merge, type Values } from "./value.ts";

/** What a provider lives in. */
export interface Host {
  readonly store: Store;
  /** How long a create, update or delete takes to answer once it has happened; makes runs killable in the middle. */
  readonly latencyMs: number;
  log(line: string): void;
}

/** A provider with its schema read: shared by all sessions. */
export interface Served {
  readonly provider: Provider;
  readonly schema: ProviderSchema;
  readonly config: Members;
  readonly resources: Readonly<Record<string, Members>>;
  readonly dataSources: Readonly<Record<string, Members>>;
}

/** The calls of the protocol that depend on the session; the service adds the constant ones. */
export interface Session {
  configure(request: ConfigRequest): Promise<Diagnosed>;
  upgrade(request: UpgradeRequest): Promise<StateReply>;
  read(request: ReadRequest): Promise<StateReply>;
  plan(request: PlanRequest): Promise<PlanReply>;
  apply(request: ApplyRequest): Promise<ApplyReply>;
  importState(request: ImportRequest): Promise<ImportReply>;
  readDataSource(request: TypedConfigRequest): Promise<StateReply>;
}

/** Puts handlers and schema together. @throws Error for a type that the schema does not have */
export function served(provider: Provider, schema: ProviderSchema): Served {
  const members = (all: ProviderSchema["resource_schemas"]): Record<string, Members> =>
    Object.fromEntries(Object.entries(all).map(([name, { block }]) => [name, blockMembers(block)]));
  return {
    provider,
    schema,
    config: blockMembers(schema.provider.block ?? {}),
    resources: members(schema.resource_schemas),
    dataSources: members(schema.data_source_schemas),
  };
}

/** `a.b` as Terraform addresses it: through the first element of a list, no further than a set or a map. */
function refusedPath(members: Members, path: string): readonly Step[] {
  const [name = "", ...rest] = path.split(".");
  const shape = members[name]?.shape;
  if (shape?.kind === "object" && rest.length > 0) return [name, ...refusedPath(shape.members, rest.join("."))];
  if (shape?.kind === "list" && shape.element.kind === "object" && rest.length > 0)
    return [name, 0, ...refusedPath(shape.element.members, rest.join("."))];
  return shape ? [name] : [];
}

/** What the handler sees of a plan: write-only attributes come from the config. */
function handlerView(members: Members, planned: Values, config: Values): Attributes {
  const secrets = Object.entries(members).filter(([, member]) => member.writeOnly);
  return known(members, { ...planned, ...Object.fromEntries(secrets.map(([name]) => [name, config[name] ?? null])) });
}

function withoutWriteOnly(members: Members, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, members[name]?.writeOnly ? null : value]),
  );
}

/** One process of a provider, as Terraform sees it: configured once, then asked. */
export function openSession(served: Served, host: Host): Session {
  const { provider } = served;
  let config: Attributes = known(served.config, {});
  const call = (): ProviderContext => ({ world: host.store, provider: config });
  const wire = (values: Values | null): DynamicValue => ({ msgpack: encodeValues(values) });

  /** Runs a handler; the world is on disk before the answer, whether or not anybody still waits for it. */
  async function answer<T extends Diagnosed>(
    what: string,
    members: Members,
    work: () => T | Promise<T>,
  ): Promise<T | Diagnosed> {
    let reply: T | Diagnosed;
    const before = host.store.notSaved();
    try {
      reply = await work();
    } catch (error) {
      reply = { diagnostics: [diagnostic(what, members, error)] };
    }
    // Calls that came in together share one save.
    await turn();
    try {
      host.store.save();
    } catch (error) {
      host.log(`${what}: ${String(error)}`);
    }
    const failed = host.store.notSaved();
    if (failed === null || failed === before) return reply;
    return { diagnostics: [{ severity: 1, summary: "The sandbox's disk is full", detail: failed.message }] };
  }

  function diagnostic(what: string, members: Members, error: unknown): Diagnostic {
    if (error instanceof Refusal) {
      const { summary, detail, attribute } = error;
      host.log(`${what}: refused: ${summary}: ${detail}`);
      return {
        severity: 1,
        summary,
        detail,
        ...(attribute === undefined ? {} : { attribute: attributePath(refusedPath(members, attribute)) }),
      };
    }
    host.log(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    const message = error instanceof Error ? error.message : String(error);
    return {
      severity: 1,
      summary: `Sandbox bug in ${what}`,
      detail: `${message}. The stack is in .sandbox/daemon.log.`,
    };
  }

  function resource(name: string): { readonly type: ResourceType; readonly members: Members } {
    const type = provider.resources[name];
    const members = served.resources[name];
    if (type && members) return { type, members };
    throw new Refusal(`The sandbox has no ${name}`, `It plays ${Object.keys(provider.resources).join(", ")}.`);
  }

  function dataSource(name: string): { readonly type: DataSource; readonly members: Members } {
    const type = provider.dataSources[name];
    const members = served.dataSources[name];
    if (type && members) return { type, members };
    throw new Refusal(
      `The sandbox has no data source ${name}`,
      `It plays ${Object.keys(provider.dataSources).join(", ")}.`,
    );
  }

  function planChange(request: PlanRequest): PlanReply {
    const { type, members } = resource(request.type_name);
    const prior = decodeValues(members, request.prior_state.msgpack);
    const wanted = decodeValues(members, request.config.msgpack);
    if (wanted === null) return { planned_state: wire(null), legacy_type_system: true };
    const before = prior && known(members, prior);
    const adjust = (draft: Values): Values => {
      if (!type.plan) return draft;
      const isKnownAt = (name: string): boolean => isKnown(draft[name] ?? null);
      const adjusted = type.plan(call(), before, handlerView(members, draft, wanted), isKnownAt);
      return withoutWriteOnly(members, complete(members, merge(members, draft, adjusted), request.type_name));
    };
    const renewed = before === null ? [] : type.renews?.(call(), before, known(members, wanted));
    const { planned, replace } = plan(type, members, prior, wanted, adjust, renewed);
    return { planned_state: wire(planned), requires_replace: replace.map(attributePath), legacy_type_system: true };
  }

  /** Does it and gives the new state; null once it is gone. */
  async function change(request: ApplyRequest): Promise<Values | null> {
    const { type, members } = resource(request.type_name);
    const prior = decodeValues(members, request.prior_state.msgpack);
    const planned = decodeValues(members, request.planned_state.msgpack);
    if (planned === null) {
      if (prior) await type.delete(call(), known(members, prior));
      return null;
    }
    const view = handlerView(members, planned, decodeValues(members, request.config.msgpack) ?? {});
    const computed = prior
      ? ((await type.update?.(call(), known(members, prior), view)) ?? {})
      : await type.create(call(), view);
    const state = complete(members, merge(members, planned, computed), request.type_name);
    return withoutWriteOnly(members, complete(members, known(members, state), request.type_name));
  }

  return {
    async configure(request) {
      config = known(served.config, decodeValues(served.config, request.config.msgpack) ?? {});
      return {};
    },
    upgrade(request) {
      const members = served.resources[request.type_name] ?? {};
      return answer<StateReply>(`upgrade of ${request.type_name}`, members, () => ({
        state: wire(fromState(members, request.raw_state.json)),
      }));
    },
    read(request) {
      const members = served.resources[request.type_name] ?? {};
      return answer<StateReply>(`read of ${request.type_name}`, members, () => {
        const { type } = resource(request.type_name);
        const state = decodeValues(members, request.current_state.msgpack);
        const found = state && type.read(call(), known(members, state));
        return { state: wire(state && found && complete(members, merge(members, state, found), request.type_name)) };
      });
    },
    plan(request) {
      const members = served.resources[request.type_name] ?? {};
      return answer<PlanReply>(`plan of ${request.type_name}`, members, () => planChange(request));
    },
    async apply(request) {
      const members = served.resources[request.type_name] ?? {};
      const started = performance.now();
      const reply: ApplyReply = await answer<ApplyReply>(`apply of ${request.type_name}`, members, async () => ({
        new_state: wire(await change(request)),
        legacy_type_system: true,
      }));
      host.log(`apply of ${request.type_name} took ${(performance.now() - started).toFixed(1)} ms`);
      if (host.latencyMs > 0) await sleep(host.latencyMs);
      // What failed changed nothing: Terraform keeps what it knew.
      return reply.new_state ? reply : { ...reply, new_state: request.prior_state, legacy_type_system: true };
    },
    importState(request) {
      const members = served.resources[request.type_name] ?? {};
      return answer<ImportReply>(`import of ${request.type_name}`, members, () => {
        const { type } = resource(request.type_name);
        if (!type.importState) throw new Refusal("Import is not possible", `${request.type_name} cannot be imported.`);
        const found = type.importState(call(), request.id);
        if (!found)
          throw new Refusal("Nothing to import", `There is no ${request.type_name} with the id ${request.id}.`);
        const state = wire(complete(members, found, request.type_name));
        return { imported_resources: [{ type_name: request.type_name, state }] };
      });
    },
    readDataSource(request) {
      const members = served.dataSources[request.type_name] ?? {};
      return answer<StateReply>(`read of data source ${request.type_name}`, members, () => {
        const { type } = dataSource(request.type_name);
        const asked = decodeValues(members, request.config.msgpack) ?? {};
        const found = type.read(call(), known(members, asked));
        return { state: wire(complete(members, merge(members, asked, found), request.type_name)) };
      });
    },
  };
}
