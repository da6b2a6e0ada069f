/** What machines tell of themselves as COSI resources: what `talos_cluster_health` and `talosctl get` read. */
import { type Client, type ClientReadableStream, makeGenericClientConstructor, Metadata, status } from "@grpc/grpc-js";
import { parse } from "yaml";
import { z } from "zod";
import { definitionOf } from "../../../../sandbox/talos/api/services.ts";
import { KINDS } from "../../../../sandbox/talos/model/resources/index.ts";
import { newClientConfiguration } from "../../../../sandbox/talos/model/config/secrets.ts";
import { type Caller, channel, clientAs, tunnelTo } from "../clients.ts";
import { apply, bootstrap, secrets } from "../machines.ts";
import { addresses, type Lab, labWith, type NodeName } from "../world.ts";

const STATE = definitionOf("cosi.resource.State");
const StateClient = makeGenericClientConstructor(STATE, "State");
function methodOf(name: string) {
  const method = STATE[name];
  if (!method) throw new Error(`cosi.proto has no ${name}`);
  return method;
}
const clients: Client[] = [];
afterEach(() => clients.splice(0).forEach((client) => client.close()));

const resourceSchema = z.looseObject({
  metadata: z.looseObject({ namespace: z.string(), type: z.string(), id: z.string(), version: z.string() }),
  spec: z.object({ proto_spec: z.instanceof(Uint8Array), yaml_spec: z.string() }),
});
const eventSchema = z.object({ event_type: z.string(), resource: resourceSchema.nullable() });
const answerSchema = z.looseObject({ resource: resourceSchema.nullish(), event: z.array(eventSchema).nullish() });
interface ResourceKind {
  readonly type: string;
  readonly namespace: string;
}

const MEMBERS = { type: "Members.cluster.talos.dev", namespace: "cluster" };
const MACHINE_STATUS = { type: "MachineStatuses.runtime.talos.dev", namespace: "runtime" };
const STATIC_POD_STATUSES = { type: "StaticPodStatuses.kubernetes.talos.dev", namespace: "k8s" };
const VOLUME_STATUSES = { type: "VolumeStatuses.block.talos.dev", namespace: "runtime" };
const DIAGNOSTICS = { type: "Diagnostics.runtime.talos.dev", namespace: "runtime" };
const MACHINE_CONFIGS = { type: "MachineConfigs.config.talos.dev", namespace: "config" };
const DEFINITIONS = { type: "ResourceDefinitions.meta.cosi.dev", namespace: "meta" };

type Answer = z.infer<typeof answerSchema>;

interface State {
  get(kind: ResourceKind, id: string): Promise<unknown>;
  /** Ids, and what people read of each. */
  list(kind: ResourceKind): Promise<Readonly<Record<string, unknown>>>;
  watch(kind: ResourceKind, more: object): ClientReadableStream<unknown>;
}

async function stateOf(lab: Lab, name: NodeName, caller?: Caller, node = name): Promise<State> {
  const who = caller ?? newClientConfiguration(secrets(), new Date());
  const port = await tunnelTo(lab, name);
  const client = new StateClient(`127.0.0.1:${port}`, channel(who), { "grpc.use_local_subchannel_pool": 1 });
  clients.push(client);
  const metadata = new Metadata();
  metadata.set("node", addresses[node]);
  const stream = (method: "List" | "Watch", request: object): ClientReadableStream<unknown> => {
    const { path, requestSerialize, responseDeserialize } = methodOf(method);
    return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata);
  };
  return {
    get: ({ type, namespace }, id) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = methodOf("Get");
        const request = { type, namespace, id };
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, (error, reply) =>
          error ? reject(error) : resolve(parse(answerSchema.parse(reply).resource?.spec.yaml_spec ?? "")),
        );
      }),
    list: ({ type, namespace }) =>
      new Promise((resolve, reject) => {
        const found: [string, unknown][] = [];
        stream("List", { type, namespace })
          .on("data", (message: unknown) => {
            const { resource } = answerSchema.parse(message);
            if (resource) found.push([resource.metadata.id, parse(resource.spec.yaml_spec)]);
          })
          .on("error", reject)
          .on("end", () => resolve(Object.fromEntries(found)));
      }),
    watch: ({ type, namespace }, more) => stream("Watch", { type, namespace, ...more }),
  };
}

/** The first so many messages, as the type of each event and what people read; `then` does something after the second. */
function first(count: number, stream: ClientReadableStream<unknown>, then?: () => void): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const told: unknown[] = [];
    stream.on("error", (error: Error) => (told.length < count ? reject(error) : undefined));
    stream.on("data", (message: unknown) => {
      const { event }: Answer = answerSchema.parse(message);
      const [only] = event ?? [];
      told.push(only ? [only.event_type, parse(only.resource?.spec.yaml_spec ?? "null")] : "begun");
      if (told.length === 2) then?.();
      if (told.length < count) return;
      stream.cancel();
      resolve(told);
    });
  });
}

async function running(): Promise<Lab> {
  const lab = labWith("cp-1", "cp-2", "worker-1");
  for (const name of ["cp-1", "cp-2", "worker-1"] as const) await apply(lab, name);
  await bootstrap(lab, "cp-1");
  return lab;
}

describe("a machine of a running cluster", () => {
  it("knows the members, also when a control plane passes the call on", async () => {
    const lab = await running();
    for (const node of ["cp-1", "worker-1"] as const) {
      expect(await (await stateOf(lab, "cp-1", undefined, node)).list(MEMBERS)).toMatchObject({
        "cp-1": { machineType: "controlplane", addresses: [addresses["cp-1"]], operatingSystem: "Talos (v1.13.9)" },
        "cp-2": { machineType: "controlplane" },
        "worker-1": { machineType: "worker", addresses: [addresses["worker-1"]] },
      });
    }
  });

  it("has what the health checks look for: a running stage, static pods, room on its disk, no diagnostics", async () => {
    const state = await stateOf(await running(), "cp-1");
    expect(await state.get(MACHINE_STATUS, "machine")).toEqual({
      stage: "running",
      status: { ready: true, unmetConditions: [] },
    });
    expect(Object.keys(await state.list(STATIC_POD_STATUSES))).toEqual([
      "kube-system/kube-apiserver-cp-1",
      "kube-system/kube-controller-manager-cp-1",
      "kube-system/kube-scheduler-cp-1",
    ]);
    expect(await state.get(VOLUME_STATUSES, "EPHEMERAL")).toMatchObject({ phase: "ready" });
    expect(await state.list(DIAGNOSTICS)).toEqual({});
    expect(await state.get(MACHINE_CONFIGS, "v1alpha1")).toContain("machine:");
  });

  it("says of every type what `talosctl get` needs to find it by a word", async () => {
    const found = Object.values(await (await stateOf(await running(), "cp-1")).list(DEFINITIONS));
    expect(found).toHaveLength(KINDS.length);
    expect(found).toContainEqual(
      expect.objectContaining({
        type: "Members.cluster.talos.dev",
        allAliases: expect.arrayContaining(["members", "member"]),
        defaultNamespace: "cluster",
      }),
    );
  });

  it("tells a reader all but what is for admins", async () => {
    const reader = await stateOf(await running(), "cp-1", clientAs("os:reader", secrets()));
    for (const kind of KINDS) {
      if (kind.unplayed) continue;
      if (kind.sensitive) {
        await expect(reader.list(kind)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
      } else {
        await expect(reader.list(kind)).resolves.toBeInstanceOf(Object);
      }
    }
  });

  it("refuses types that the sandbox does not play, instead of saying that there is nothing", async () => {
    const state = await stateOf(await running(), "cp-1");
    const unknown = { type: "LinkSpecs.net.talos.dev", namespace: "network" };
    await expect(state.list(unknown)).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await expect(state.get(MEMBERS, "cp-9")).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});

describe("a watch", () => {
  it("tells of one resource now, and again when it changes", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const stream = (await stateOf(lab, "cp-1")).watch(MACHINE_STATUS, { id: "machine" });
    const told = first(3, stream, () => void bootstrap(lab, "cp-1"));
    expect(await told).toEqual([
      "begun",
      ["CREATED", expect.objectContaining({ stage: "booting" })],
      ["UPDATED", { stage: "running", status: { ready: true, unmetConditions: [] } }],
    ]);
  });

  it("of a kind tells what there is where it is asked for, and then that this was all", async () => {
    const state = await stateOf(await running(), "cp-1");
    const told = await first(5, state.watch(MEMBERS, { options: { bootstrap_contents: true } }));
    expect(told.map((each) => (Array.isArray(each) ? each[0] : each))).toEqual([
      "begun",
      "CREATED",
      "CREATED",
      "CREATED",
      "BOOTSTRAPPED",
    ]);
  });
});

it("in maintenance a machine says so to anybody", async () => {
  const state = await stateOf(labWith("cp-1"), "cp-1", "anybody");
  expect(await state.get(MACHINE_STATUS, "machine")).toMatchObject({ stage: "maintenance" });
  expect(await state.list(MEMBERS)).toEqual({});
});
