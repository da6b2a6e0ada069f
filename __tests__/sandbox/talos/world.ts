/** A world of Talos machines without the rest of the lab, and Terraform's side of the stand-in over the plugin session. */
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { emptyOci } from "../../../sandbox/oci/index.ts";
import { decodeValues, encodeValues } from "../../../sandbox/plugin/codec.ts";
import type { Diagnosed, DynamicValue } from "../../../sandbox/plugin/messages.ts";
import type { Attributes } from "../../../sandbox/plugin/resource.ts";
import { type Members, readProviderSchema } from "../../../sandbox/plugin/schema.ts";
import { openSession, served, type Served } from "../../../sandbox/plugin/session.ts";
import { complete, known, UNKNOWN, type Value, type Values } from "../../../sandbox/plugin/value.ts";
import type { Guest } from "../../../sandbox/talos/model/guests.ts";
import { talosProviderOf } from "../../../sandbox/talos/terraform/provider.ts";
import {
  clientConfigurationSchema,
  type MachineSecrets,
  machineSecretsSchema,
  newMachineSecrets,
} from "../../../sandbox/talos/model/config/secrets.ts";
import { memoryStore, type Store } from "../../../sandbox/world/store.ts";
import { z } from "zod";

/** What the real provider made of given secrets and patches; beside the checkout, or not there. */
const file = join(__dirname, "../../../../shared/reference/talos-golden.json");
const pem = z.string();
const goldenSchema = z.object({
  patches: z.array(z.string()),
  machine_secrets: machineSecretsSchema,
  client_configuration: clientConfigurationSchema,
  client_configuration_inputs: z.object({
    cluster_name: z.string(),
    nodes: z.array(z.string()),
    endpoints: z.array(z.string()),
  }),
  controlplane: pem,
  controlplane_patched: pem,
  worker: pem,
  talosconfig: pem,
  image_factory_urls: z.record(z.string(), z.string().nullable()),
});
export type Golden = z.infer<typeof goldenSchema>;
export const golden: Golden | null = existsSync(file)
  ? goldenSchema.parse(JSON.parse(readFileSync(file, "utf8")))
  : null;
/** For titles of tests that need the golden file. */
export const unlessAbsent = golden ? "" : " (skipped: reference absent)";

/** Secrets with a service account key that takes no time to find. */
export function quickSecrets(): Promise<MachineSecrets> {
  return newMachineSecrets(new Date(), async () => generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey);
}

export interface Lab {
  readonly store: Store;
  readonly guests: Guest[];
  readonly play: Served;
}

export const addresses = { "cp-1": "10.20.0.11", "cp-2": "10.20.0.12", "worker-1": "10.20.0.21" } as const;
export type NodeName = keyof typeof addresses;
export const vip = "10.20.0.10";

const ports: Readonly<Record<NodeName, number>> = { "cp-1": 15001, "cp-2": 15002, "worker-1": 15003 };
export const apiPort = 16443;

export function endpointOf(name: NodeName): string {
  return `127.0.0.1:${ports[name]}`;
}

export function guest(name: NodeName, generation = "first"): Guest {
  return {
    vmId: ports[name] - 14900,
    host: "pve-1",
    name,
    address: addresses[name],
    prefixLength: 24,
    gateway: "10.20.0.1",
    mac: "BC:24:11:00:00:01",
    generation,
    vcpus: 2,
    memoryMb: 4096,
    diskBytes: 20 * 1024 ** 3,
    imageVersion: "1.13.9",
    platform: "nocloud",
  };
}

/** Virtual machines in maintenance mode, with a tunnel to each. */
export function labWith(...names: readonly NodeName[]): Lab {
  const guests = names.map((name) => guest(name));
  const store = memoryStore(() => ({
    version: 5,
    oci: emptyOci("always-free", (length) => "x".repeat(length)),
    proxmox: { hosts: {}, datacenters: {} },
    talos: {},
    tunnels: [
      ...Object.entries(addresses).map(([name, address]) => ({
        name: `talos-${name}`,
        localPort: ports[name === "cp-1" || name === "cp-2" ? name : "worker-1"],
        via: "pve-1",
        target: { address, port: 50_000 },
      })),
      { name: "kubernetes", localPort: apiPort, via: "pve-1", target: { address: vip, port: 6443 } },
    ],
  }));
  const schema = readProviderSchema(join(__dirname, "../../../providers/talos/schema.json"));
  return {
    store,
    guests,
    play: served(
      talosProviderOf(
        () => guests,
        (_world, { address }) => void guests.splice(0, Infinity, ...guests.filter((each) => each.address !== address)),
      ),
      schema,
    ),
  };
}

export interface Planned {
  readonly values: Values;
  /** No difference between the state and the plan. */
  readonly empty: boolean;
  readonly replaces: readonly string[];
}

export interface Terraform {
  /** Values that are not known yet are `UNKNOWN`. */
  plan(type: string, config: Values, state?: Attributes): Promise<Planned>;
  /** Plans and applies; without a state it creates. */
  apply(type: string, config: Attributes, state?: Attributes): Promise<Attributes>;
  refresh(type: string, state: Attributes): Promise<Attributes | null>;
  destroy(type: string, state: Attributes): Promise<void>;
  importState(type: string, id: string): Promise<Attributes>;
  data(type: string, config: Attributes): Promise<Attributes>;
}

/** @throws what the provider says, when it refuses. */
export function terraform({ store, play }: Lab): Terraform {
  const session = openSession(play, { store, latencyMs: 0, log: () => undefined });
  const resource = (type: string): Members => found(play.resources, type);
  const planned = async (type: string, config: Values, state: Attributes | undefined) => {
    const request = {
      type_name: `talos_${type}`,
      prior_state: wire(state ?? null),
      config: wire(complete(resource(type), config, type)),
    };
    const reply = checked(await session.plan(request));
    const replaces = (reply.requires_replace ?? []).map(({ steps }) =>
      steps.flatMap((step) => step.attribute_name ?? []).join("."),
    );
    return { request: { ...request, planned_state: reply.planned_state ?? wire(null) }, replaces };
  };
  const plain = (type: string, value: DynamicValue | undefined): Attributes | null => {
    const values = value ? decodeValues(resource(type), value.msgpack) : null;
    return values && known(resource(type), values);
  };
  return {
    async plan(type, config, state) {
      const { request, replaces } = await planned(type, config, state);
      const values = decodeValues(resource(type), request.planned_state.msgpack) ?? {};
      return { values, replaces, empty: JSON.stringify(values) === JSON.stringify(state) };
    },
    async apply(type, config, state) {
      const { request } = await planned(type, config, state);
      return plain(type, checked(await session.apply(request)).new_state) ?? {};
    },
    async refresh(type, state) {
      return plain(type, checked(await session.read({ type_name: `talos_${type}`, current_state: wire(state) })).state);
    },
    async destroy(type, state) {
      const gone = { config: wire(null), planned_state: wire(null) };
      checked(await session.apply({ type_name: `talos_${type}`, prior_state: wire(state), ...gone }));
    },
    async importState(type, id) {
      const reply = checked(await session.importState({ type_name: `talos_${type}`, id }));
      return plain(type, reply.imported_resources?.[0]?.state) ?? {};
    },
    async data(type, config) {
      const members = found(play.dataSources, type);
      const request = { type_name: `talos_${type}`, config: wire(complete(members, config, type)) };
      const { state } = checked(await session.readDataSource(request));
      const values = state ? decodeValues(members, state.msgpack) : null;
      return values ? known(members, values) : {};
    },
  };
}

export const unknown: Value = UNKNOWN;

function found(all: Readonly<Record<string, Members>>, type: string): Members {
  const members = all[`talos_${type}`];
  if (!members) throw new Error(`no type ${type}`);
  return members;
}

function wire(values: Values | null): DynamicValue {
  return { msgpack: encodeValues(values) };
}

function checked<T extends Diagnosed>(reply: T): T {
  const problem = reply.diagnostics?.[0];
  if (problem) throw new Error(`${problem.summary}: ${problem.detail}`);
  return reply;
}
