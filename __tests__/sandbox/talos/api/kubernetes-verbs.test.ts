import { randomBytes } from "node:crypto";
import { at } from "../../../../sandbox/talos/api/kubernetes/objects/fields.ts";
import { keepSnapshot, recoverSnapshot, snapshotOf } from "../../../../sandbox/talos/model/etcd.ts";
import { bootstrap } from "../../../../sandbox/talos/model/machines.ts";
import { cluster, configured } from "../cluster.ts";
import type { Lab } from "../world.ts";
import { type Ask, asking, watched } from "./kubernetes-calls.ts";

const PODS = "/api/v1/namespaces/default/pods";
const MAPS = "/api/v1/namespaces/default/configmaps";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const SCHEDULES = "cluster:\n  allowSchedulingOnControlPlanes: true\n";

const pod = (name: string, spec: object = {}, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  spec: { containers: [{ name: "main", image: "main:1" }], ...spec },
});
const map = (name: string, metadata: object = {}): object => ({ metadata: { name, ...metadata }, data: { a: "1" } });
const web = (replicas: number, image = "web:1"): object => ({
  metadata: { name: "web" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
  },
});

async function namesAt(ask: Ask, path: string): Promise<readonly string[]> {
  return ((await ask("GET", path)).body.items ?? []).map(({ metadata }) => metadata.name);
}

/** A lab whose clock a test moves. */
function timed(lab: Lab): { readonly lab: Lab; readonly pass: (seconds: number) => void } {
  let ahead = 0;
  const now = (): string => new Date(Date.parse(lab.store.now()) + ahead * 1000).toISOString();
  return { lab: { ...lab, store: { ...lab.store, now } }, pass: (seconds) => void (ahead += seconds) };
}

describe("an object", () => {
  it("is made once, changed at its latest version alone, and gone when it is deleted", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const { code, body } = await ask("POST", MAPS, map("one"));
    expect(code).toBe(201);
    expect(await ask("POST", MAPS, map("one"))).toMatchObject({
      code: 409,
      body: { reason: "AlreadyExists", message: 'configmaps "one" already exists' },
    });
    expect((await ask("PUT", `${MAPS}/one`, { ...body, data: { a: "2" } })).code).toBe(200);
    expect(await ask("PUT", `${MAPS}/one`, { ...body, data: { a: "3" } })).toMatchObject({
      code: 409,
      body: { reason: "Conflict" },
    });
    expect((await ask("DELETE", `${MAPS}/one`)).code).toBe(200);
    expect(await ask("GET", `${MAPS}/one`)).toMatchObject({
      code: 404,
      body: { message: 'configmaps "one" not found' },
    });
  });

  it("gets a name where it asks for one", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const { body } = await ask("POST", MAPS, { metadata: { generateName: "some-" } });
    expect(body.metadata.name).toMatch(/^some-[bcdfghjklmnpqrstvwxz2-9]{5}$/);
  });

  it("counts the changes of what is wanted, where its kind does", async () => {
    const ask = await asking(cluster(["cp-1"], SCHEDULES));
    const generationOf = async (path: string): Promise<unknown> => (await ask("GET", path)).body.metadata["generation"];
    await ask("POST", DEPLOYMENTS, web(1));
    await ask("PATCH", `${DEPLOYMENTS}/web`, { metadata: { labels: { a: "b" } } }, "application/merge-patch+json");
    expect(await generationOf(`${DEPLOYMENTS}/web`)).toBe(1);
    await ask("PATCH", `${DEPLOYMENTS}/web`, { spec: { replicas: 2 } }, "application/merge-patch+json");
    expect(await generationOf(`${DEPLOYMENTS}/web`)).toBe(2);
    const [name = ""] = await namesAt(ask, PODS);
    expect(await generationOf(`${PODS}/${name}`)).toBe(1);
    expect(await generationOf("/api/v1/namespaces/default")).toBeUndefined();
    expect(await generationOf("/api/v1/namespaces/default/services/kubernetes")).toBeUndefined();
  });

  it("is not kept by a dry run", async () => {
    const ask = await asking(cluster(["cp-1"]));
    expect((await ask("POST", `${MAPS}?dryRun=All`, map("one"))).code).toBe(201);
    expect((await ask("GET", `${MAPS}/one`)).code).toBe(404);
  });

  it("stays until its finalizers are done", async () => {
    const ask = await asking(cluster(["cp-1"]));
    await ask("POST", MAPS, map("one", { finalizers: ["example.org/wait"] }));
    await ask("DELETE", `${MAPS}/one`);
    expect((await ask("GET", `${MAPS}/one`)).body.metadata).toHaveProperty("deletionTimestamp");
    await ask("PATCH", `${MAPS}/one`, { metadata: { finalizers: null } }, "application/merge-patch+json");
    expect((await ask("GET", `${MAPS}/one`)).code).toBe(404);
  });

  it("goes with its owner", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const { body } = await ask("POST", MAPS, map("owner"));
    const owner = {
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "owner",
      uid: at({ uid: String(body.metadata["uid"]) }, "uid"),
    };
    await ask("POST", MAPS, map("owned", { ownerReferences: [owner] }));
    await ask("DELETE", `${MAPS}/owner`);
    expect((await ask("GET", `${MAPS}/owned`)).code).toBe(404);
  });

  it("is not made in a namespace that is not there", async () => {
    const ask = await asking(cluster(["cp-1"]));
    expect(await ask("POST", "/api/v1/namespaces/nowhere/configmaps", map("one"))).toMatchObject({
      code: 404,
      body: { message: 'namespaces "nowhere" not found' },
    });
  });
});

describe("a list", () => {
  it("comes in pieces, which are of one version", async () => {
    const ask = await asking(cluster(["cp-1"]));
    for (const name of ["a", "b", "c"]) await ask("POST", MAPS, map(name));
    const first = (await ask("GET", `${MAPS}?limit=2`)).body;
    expect(first.items?.map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
    expect(first.metadata["remainingItemCount"]).toBe(2);
    const token = encodeURIComponent(first.metadata.continue ?? "");
    expect(await namesAt(ask, `${MAPS}?limit=2&continue=${token}`)).toEqual(["c", "kube-root-ca.crt"]);
    await ask("DELETE", `${MAPS}/c`);
    await ask("POST", MAPS, map("d"));
    expect(await namesAt(ask, `${MAPS}?limit=2&continue=${token}`)).toEqual(["c", "kube-root-ca.crt"]);
    const version = first.metadata.resourceVersion ?? "";
    const exact = `${MAPS}?resourceVersion=${version}&resourceVersionMatch=Exact`;
    expect(await namesAt(ask, exact)).toEqual(["a", "b", "c", "kube-root-ca.crt"]);
    expect(await namesAt(ask, MAPS)).toEqual(["a", "b", "d", "kube-root-ca.crt"]);
  });

  it("has no more pieces where they are too old: the sandbox has started anew", async () => {
    const before = cluster(["cp-1"]);
    const ask = await asking(before);
    await ask("POST", MAPS, map("a"));
    const token = (await ask("GET", `${MAPS}?limit=1`)).body.metadata.continue ?? "";
    await ask("POST", MAPS, map("b"));
    const again = await asking({ ...before, store: { ...before.store, state: structuredClone(before.store.state) } });
    expect(await again("GET", `${MAPS}?limit=1&continue=${encodeURIComponent(token)}`)).toMatchObject({
      code: 410,
      body: { reason: "Expired" },
    });
  });

  it("is emptied of what selectors take", async () => {
    const ask = await asking(cluster(["cp-1"]));
    await ask("POST", MAPS, map("a", { labels: { color: "red" } }));
    await ask("POST", MAPS, map("b", { labels: { color: "blue" } }));
    await ask("DELETE", `${MAPS}?labelSelector=color%3Dred`);
    expect(await namesAt(ask, MAPS)).toEqual(["b", "kube-root-ca.crt"]);
  });
});

describe("a watch", () => {
  it("tells of each change, and of what comes into its selector and leaves it", async () => {
    const lab = cluster(["cp-1"]);
    const ask = await asking(lab);
    const version = (await ask("GET", MAPS)).body.metadata.resourceVersion ?? "";
    const path = `${MAPS}?watch=1&labelSelector=color%3Dred&resourceVersion=${version}`;
    const events = await watched(lab, path, 3, async () => {
      await ask("POST", MAPS, map("a"));
      await ask("PATCH", `${MAPS}/a`, { metadata: { labels: { color: "red" } } }, "application/merge-patch+json");
      await ask("PATCH", `${MAPS}/a`, { data: { a: "2" } }, "application/merge-patch+json");
      await ask("PATCH", `${MAPS}/a`, { metadata: { labels: { color: "blue" } } }, "application/merge-patch+json");
    });
    expect(events.map(({ type }) => type)).toEqual(["ADDED", "MODIFIED", "DELETED"]);
  });

  it("begins with what there is where it names no version, and says so with a bookmark", async () => {
    const lab = cluster(["cp-1"]);
    const path = `${MAPS}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`;
    const events = await watched(lab, path, 2, () => Promise.resolve());
    expect(events.map(({ type }) => type)).toEqual(["ADDED", "BOOKMARK"]);
  });

  it("is told to list again where its version is too old: the sandbox has started anew", async () => {
    const before = cluster(["cp-1"]);
    const ask = await asking(before);
    await ask("POST", MAPS, map("a"));
    const kept = structuredClone(before.store.state);
    const after = { ...before, store: { ...before.store, state: kept } };
    const [event] = await watched(after, `${MAPS}?watch=1&resourceVersion=1`, 1, () => Promise.resolve());
    expect(event).toMatchObject({
      type: "ERROR",
      object: { code: 410, message: expect.stringContaining("too old resource version: 1") },
    });
  });
});

describe("patches", () => {
  it("are JSON, merge and strategic merge patches, and no others", async () => {
    const ask = await asking(cluster(["cp-1"], SCHEDULES));
    await ask("POST", DEPLOYMENTS, web(1));
    const path = `${DEPLOYMENTS}/web`;
    const jsonPatch = [{ op: "replace", path: "/spec/replicas", value: 2 }];
    expect((await ask("PATCH", path, jsonPatch, "application/json-patch+json")).body["spec"]).toMatchObject({
      replicas: 2,
    });
    const merge = { spec: { replicas: 3 } };
    expect((await ask("PATCH", path, merge, "application/merge-patch+json")).body["spec"]).toMatchObject({
      replicas: 3,
    });
    const side = { spec: { template: { spec: { containers: [{ name: "side", image: "side:1" }] } } } };
    const { body } = await ask("PATCH", path, side, "application/strategic-merge-patch+json");
    expect(body["spec"]).toMatchObject({ template: { spec: { containers: [{ name: "web" }, { name: "side" }] } } });
    expect((await ask("PATCH", path, {}, "text/plain")).code).toBe(415);
  });

  it("by apply have what their manager says no more taken away, and what is another's left alone", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const apply = (manager: string, data: object, more = "") =>
      ask(
        "PATCH",
        `${MAPS}/a?fieldManager=${manager}${more}`,
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data },
        "application/apply-patch+yaml",
      );
    expect((await apply("one", { a: "1", b: "1" })).code).toBe(201);
    expect((await apply("two", { c: "2" })).body["data"]).toEqual({ a: "1", b: "1", c: "2" });
    expect((await apply("one", { a: "1" })).body["data"]).toEqual({ a: "1", c: "2" });
    expect(await apply("two", { a: "2", c: "2" })).toMatchObject({
      code: 409,
      body: { message: 'Apply failed with 1 conflict: conflict with "one": .data.a' },
    });
    expect((await apply("two", { a: "2" }, "&force=true")).body["data"]).toEqual({ a: "2" });
    expect((await apply("one", {})).body["data"]).toEqual({ a: "2" });
  });
});

describe("what is refused", () => {
  it.each([
    ["Always", 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ["Never", 'spec.template.spec.initContainers[0].volumeMounts[0].name: Not found: "data"'],
  ])("is named as the API server does: a job with %s", async (restartPolicy, message) => {
    const ask = await asking(cluster(["cp-1"]));
    const mounts = [{ name: "data", mountPath: "/data" }];
    const initContainers = restartPolicy === "Never" ? [{ name: "first", image: "first:1", volumeMounts: mounts }] : [];
    const template = { spec: { restartPolicy, initContainers, containers: [{ name: "main", image: "main:1" }] } };
    const jobs = "/apis/batch/v1/namespaces/default/jobs";
    expect(await ask("POST", jobs, { metadata: { name: "some" }, spec: { template } })).toMatchObject({
      code: 422,
      body: { message: `Job.batch "some" is invalid: ${message}` },
    });
  });
});

describe("a pod that is refused", () => {
  it("is told of once, and made once there is what it wants", async () => {
    const ask = await asking(cluster(["cp-1"], SCHEDULES));
    const spec = { containers: [{ name: "web", image: "web:1" }], serviceAccountName: "robot" };
    await ask("POST", DEPLOYMENTS, {
      metadata: { name: "web" },
      spec: { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec } },
    });
    const events = await ask("GET", "/api/v1/namespaces/default/events?fieldSelector=reason%3DFailedCreate");
    expect(events.body.items).toMatchObject([
      {
        message: expect.stringMatching(
          /^Error creating: pods "web-[a-z0-9]{10}-" is forbidden: error looking up service account default\/robot/,
        ),
      },
    ]);
    expect(await namesAt(ask, PODS)).toEqual([]);
    await ask("POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "robot" } });
    expect(await namesAt(ask, PODS)).toHaveLength(1);
  });
});

describe("a pod", () => {
  it("has the priority of its class, and is refused with one that is none", async () => {
    const ask = await asking(cluster(["cp-1"], SCHEDULES));
    await ask("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: "high" }, value: 1000 });
    expect((await ask("POST", PODS, pod("one", { priorityClassName: "high" }))).body["spec"]).toMatchObject({
      priority: 1000,
    });
    expect((await ask("POST", PODS, pod("two", { priorityClassName: "low" }))).body.message).toBe(
      'pods "two" is forbidden: no PriorityClass with name low was found',
    );
  });
});

describe("endpoints", () => {
  it("that somebody has made stay, and those of a service go with it", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const [endpoints, services] = ["/api/v1/namespaces/default/endpoints", "/api/v1/namespaces/default/services"];
    await ask("POST", endpoints, { metadata: { name: "own" } });
    await ask("POST", services, {
      metadata: { name: "web" },
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    });
    expect(await namesAt(ask, endpoints)).toEqual(["kubernetes", "own", "web"]);
    await ask("DELETE", `${services}/web`);
    expect(await namesAt(ask, endpoints)).toEqual(["kubernetes", "own"]);
  });
});

describe("a claim of a set", () => {
  it("that is refused keeps its pods away, and nobody else", async () => {
    const ask = await asking(cluster(["cp-1"], SCHEDULES));
    const template = { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db", image: "db:1" }] } };
    const volumeClaimTemplates = [{ metadata: { name: "data" }, spec: {} }];
    const set = {
      metadata: { name: "db" },
      spec: { selector: { matchLabels: { app: "db" } }, template, volumeClaimTemplates },
    };
    expect((await ask("POST", "/apis/apps/v1/namespaces/default/statefulsets", set)).code).toBe(201);
    expect(await namesAt(ask, PODS)).toEqual([]);
    const events = await ask("GET", "/api/v1/namespaces/default/events?fieldSelector=reason%3DFailedCreate");
    expect(events.body.items).toMatchObject([{ message: expect.stringContaining("spec.accessModes: Required value") }]);
  });
});

describe("a node that goes silent", () => {
  const unready = { id: 1, spec: { what: "unready", node: "worker-1" }, seen: 0, hits: 0 } as const;

  it("has its pods marked at once, and evicted after the five minutes that they bear it", async () => {
    const { lab, pass } = timed(cluster(["cp-1", "worker-1"], SCHEDULES));
    const ask = await asking(lab);
    await ask("POST", PODS, pod("one", { nodeName: "worker-1" }));
    lab.store.state.faults = { lastId: 1, active: [unready] };
    expect((await ask("GET", "/api/v1/nodes/worker-1")).body["spec"]).toMatchObject({
      taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoSchedule" }, { effect: "NoExecute" }],
    });
    const marked = (await ask("GET", `${PODS}/one`)).body;
    expect(marked["status"]).toMatchObject({
      conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "False" })]),
    });
    expect(marked.metadata).not.toHaveProperty("deletionTimestamp");
    pass(301);
    expect((await ask("GET", `${PODS}/one`)).body.metadata).toHaveProperty("deletionTimestamp");
    lab.store.state.faults = { lastId: 1, active: [] };
    expect((await ask("GET", `${PODS}/one`)).code).toBe(404);
    expect((await ask("GET", "/api/v1/nodes/worker-1")).body["spec"]).not.toHaveProperty("taints");
  });

  it("does not renew its lease any more, as it did before", async () => {
    const { lab, pass } = timed(cluster(["cp-1", "worker-1"]));
    const ask = await asking(lab);
    const lease = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/worker-1";
    const renewed = async (): Promise<string> => JSON.stringify((await ask("GET", lease)).body["spec"]);
    const first = await renewed();
    pass(11);
    const second = await renewed();
    lab.store.state.faults = { lastId: 1, active: [unready] };
    pass(11);
    expect([second === first, (await renewed()) === second]).toEqual([false, true]);
  });

  it("stays in the list when its machine is gone, until somebody deletes it", async () => {
    const lab = cluster(["cp-1", "worker-1"]);
    const ask = await asking(lab);
    expect(await namesAt(ask, "/api/v1/nodes")).toEqual(["cp-1", "worker-1"]);
    lab.guests.splice(1, 1);
    const { body } = await ask("GET", "/api/v1/nodes/worker-1");
    expect(body["status"]).toMatchObject({
      conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "Unknown" })]),
    });
    await ask("DELETE", "/api/v1/nodes/worker-1");
    expect(await namesAt(ask, "/api/v1/nodes")).toEqual(["cp-1"]);
  });
});

describe("a node that Talos's configuration", () => {
  const kubelet = (setting: string): string => `machine:\n  kubelet:\n    ${setting}\n`;

  it("has register as cordoned is so from its first moment, until somebody uncordons it", async () => {
    const ask = await asking(cluster(["cp-1"], kubelet('extraArgs: {register-schedulable: "false"}')));
    const spec = async (): Promise<unknown> => (await ask("GET", "/api/v1/nodes/cp-1")).body["spec"];
    expect(await spec()).toMatchObject({ unschedulable: true });
    await ask("PATCH", "/api/v1/nodes/cp-1", { spec: { unschedulable: null } }, "application/merge-patch+json");
    expect(await spec()).not.toHaveProperty("unschedulable");
  });

  it("has not register is none", async () => {
    const ask = await asking(cluster(["cp-1"], kubelet("skipNodeRegistration: true")));
    expect(await namesAt(ask, "/api/v1/nodes")).toEqual([]);
  });
});

describe("what etcd holds", () => {
  it("is brought back by a snapshot, however much it is, with the nodes that were cordoned then", async () => {
    const lab = cluster(["cp-1", "worker-1"], SCHEDULES);
    const ask = await asking(lab);
    await ask("POST", MAPS, { metadata: { name: "kept" }, data: { a: randomBytes(20_000).toString("hex") } });
    await ask("PATCH", "/api/v1/nodes/worker-1", { spec: { unschedulable: true } }, "application/merge-patch+json");
    const placed = { world: lab.store, guestsOf: () => lab.guests };
    const machine = configured(lab, "cp-1", SCHEDULES);
    const snapshot = snapshotOf(placed, machine);
    await ask("DELETE", `${MAPS}/kept`);
    await ask("PATCH", "/api/v1/nodes/worker-1", { spec: { unschedulable: null } }, "application/merge-patch+json");
    machine.entry.etcdSince = null;
    keepSnapshot(lab.store, machine, snapshot);
    bootstrap(lab.store, () => lab.guests, machine);
    recoverSnapshot(placed, machine);
    expect((await ask("GET", `${MAPS}/kept`)).code).toBe(200);
    expect((await ask("GET", "/api/v1/nodes/worker-1")).body["spec"]).toMatchObject({ unschedulable: true });
  });

  it("is a part of the world, and gone with the etcd that held it", async () => {
    const lab = cluster(["cp-1"]);
    const ask = await asking(lab);
    await ask("POST", MAPS, map("kept"));
    expect(JSON.stringify(lab.store.state.kubernetes)).toContain('"kept"');
    const machine = configured(lab, "cp-1");
    machine.entry.etcdSince = null;
    bootstrap(lab.store, () => lab.guests, machine);
    expect((await ask("GET", `${MAPS}/kept`)).code).toBe(404);
  });

  it.each(["labels", "annotations"])("follows Talos's %s, and keeps those of clients", async (what) => {
    const lab = cluster(["cp-1", "worker-1"]);
    const ask = await asking(lab);
    const node = async (): Promise<unknown> => (await ask("GET", "/api/v1/nodes/worker-1")).body.metadata[what];
    await ask(
      "PATCH",
      "/api/v1/nodes/worker-1",
      { metadata: { [what]: { own: "1" } } },
      "application/merge-patch+json",
    );
    configured(lab, "worker-1", `machine:\n  node${what === "labels" ? "Labels" : "Annotations"}:\n    zone: a\n`);
    expect(await node()).toMatchObject({ own: "1", zone: "a" });
    configured(lab, "worker-1");
    expect(await node()).toMatchObject({ own: "1" });
    expect(await node()).not.toHaveProperty("zone");
  });
});
