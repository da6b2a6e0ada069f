import { cluster } from "../cluster.ts";
import { Store } from "../../../../sandbox/talos/api/kubernetes/store/store.ts";
import { asking } from "./kubernetes-calls.ts";

const SCHEDULES = "cluster:\n  allowSchedulingOnControlPlanes: true\n";

const TEMPLATES: Readonly<Record<string, object>> = {
  "a node that is not there": { nodeName: "nowhere" },
  "a node that throws it out": { nodeName: "worker-1" },
  "a ServiceAccount that is not there": { serviceAccountName: "nobody" },
  "a class that is none": { priorityClassName: "none" },
  "more than there is": { containers: [{ name: "a", image: "a", resources: { requests: { cpu: "64" } } }] },
  "a claim that is not there": { volumes: [{ name: "a", persistentVolumeClaim: { claimName: "none" } }] },
  "a gate": { schedulingGates: [{ name: "example.org/wait" }] },
  "another scheduler": { schedulerName: "other" },
  "labels that no node has": { nodeSelector: { zone: "none" } },
};

const OWNERS: Readonly<Record<string, readonly [path: string, spec: object]>> = {
  Deployment: ["apps/v1/namespaces/default/deployments", { replicas: 2 }],
  "Deployment without room": [
    "apps/v1/namespaces/default/deployments",
    { replicas: 2, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
  ],
  "Deployment from scratch": ["apps/v1/namespaces/default/deployments", { strategy: { type: "Recreate" } }],
  StatefulSet: ["apps/v1/namespaces/default/statefulsets", { replicas: 2, podManagementPolicy: "Parallel" }],
  DaemonSet: ["apps/v1/namespaces/default/daemonsets", {}],
  Job: ["batch/v1/namespaces/default/jobs", { completions: 2, ttlSecondsAfterFinished: 0 }],
};

describe("the controllers", () => {
  it.each(Object.keys(OWNERS))("come to rest whatever pods a %s asks for, also once it is changed", async (owner) => {
    const ask = await asking(cluster(["cp-1", "worker-1"], SCHEDULES));
    const taints = [{ key: "away", effect: "NoExecute" }];
    await ask("PATCH", "/api/v1/nodes/worker-1", { spec: { taints } }, "application/merge-patch+json");
    const [path, own] = OWNERS[owner] ?? ["", {}];
    const of = Object.entries(TEMPLATES).map(([what, template], n) => {
      const labels = { app: `n${n}` };
      const containers = [{ name: "a", image: "a:1" }];
      const spec = { containers, ...template, ...(owner === "Job" && { restartPolicy: "Never" }) };
      const selector = owner === "Job" ? {} : { selector: { matchLabels: labels } };
      const object = {
        metadata: { name: `n${n}` },
        spec: { ...own, ...selector, template: { metadata: { labels }, spec } },
      };
      return { what, name: `n${n}`, object };
    });
    const codes: unknown[] = [];
    for (const { what, name, object } of of) {
      codes.push([what, (await ask("POST", `/apis/${path}`, object)).code]);
      const image = { spec: { template: { metadata: { annotations: { changed: "1" } } } } };
      if (owner !== "Job") await ask("PATCH", `/apis/${path}/${name}`, image, "application/merge-patch+json");
    }
    expect(codes).toEqual(of.map(({ what }) => [what, 201]));
  });

  it("make no more pods of one owner than a lab has room for, and say so", async () => {
    const ask = await asking(cluster(["cp-1"], SCHEDULES));
    const labels = { app: "many" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "a", image: "a:1" }] } };
    const sets = "/apis/apps/v1/namespaces/default/replicasets";
    const set = (replicas: number): object => ({
      metadata: { name: "many" },
      spec: { replicas, selector: { matchLabels: labels }, template },
    });
    expect((await ask("POST", sets, set(1e30))).code).toBe(400);
    expect((await ask("POST", sets, set(2_000_000_000))).code).toBe(201);
    expect((await ask("GET", `${sets}/many`)).body["status"]).toMatchObject({ replicas: 500, readyReplicas: 103 });
    const events = await ask("GET", "/api/v1/namespaces/default/events?fieldSelector=reason%3DFailedCreate");
    expect(events.body.items).toMatchObject([{ message: "the sandbox makes no more than 500 pods of one owner" }]);
  });

  it("look at nothing while nothing has happened and no second has passed", async () => {
    const lab = cluster(["cp-1"]);
    let now = lab.store.now();
    const ask = await asking({ ...lab, store: { ...lab.store, now: () => now } });
    const looked = jest.spyOn(Store.prototype, "list");
    const looks = async (method = "GET", body?: object): Promise<boolean> => {
      looked.mockClear();
      await ask(method, "/api/v1/namespaces", body);
      return looked.mock.calls.some(([kind]) => kind === "Pod");
    };
    const first = await looks();
    const again = await looks();
    const written = await looks("POST", { metadata: { name: "room" } });
    now = new Date(Date.parse(now) + 1000).toISOString();
    expect([first, again, written, await looks(), await looks()]).toEqual([true, false, true, true, false]);
  });
});
