import { once } from "node:events";
import https from "node:https";
import tls from "node:tls";
import { z } from "zod";
import type { Call, Fault } from "../../../../sandbox/faults/calls.ts";
import { factsOf } from "../../../../sandbox/talos/model/config/facts.ts";
import { kubernetesEndpointOf } from "../../../../sandbox/talos/api/kubernetes/endpoint.ts";
import { newKubeconfig } from "../../../../sandbox/talos/model/kubeconfig.ts";
import { bootstrap } from "../../../../sandbox/talos/model/machines.ts";
import { overviewOf, talosInventory } from "../../../../sandbox/talos/model/overview.ts";
import { newAuthority, newLeaf } from "../../../../sandbox/pki/certificate.ts";
import { after } from "../../../../sandbox/pki/validity.ts";
import { unbase64 } from "../../../../sandbox/talos/model/config/secrets.ts";
import { admin, cluster, configurationOf, configured, portTo } from "../cluster.ts";
import { addresses, type Lab, labWith, vip } from "../world.ts";

/** As Node's TLS wants it. */
function credentials(): { readonly ca: string; readonly cert: string; readonly key: string } {
  const { caCertificate, clientCertificate, clientKey } = admin();
  return { ca: unbase64(caCertificate), cert: unbase64(clientCertificate), key: unbase64(clientKey) };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function get(port: number, path: string, options: https.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: "127.0.0.1", port, path, agent: false, ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", reject);
  });
}

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }),
      spec: z.object({ taints: z.array(z.looseObject({ effect: z.string() })).optional() }),
      status: z.object({
        addresses: z.array(z.object({ type: z.string(), address: z.string() })),
        conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string() })),
        nodeInfo: z.looseObject({ architecture: z.string(), kubeletVersion: z.string(), osImage: z.string() }),
      }),
    }),
  ),
});

async function nodesOf(lab: Lab): Promise<z.infer<typeof nodeList>["items"]> {
  const { body } = await get(await portTo(lab), "/api/v1/nodes", credentials());
  return nodeList.parse(JSON.parse(body)).items;
}

describe("the Kubernetes API", () => {
  it("is not there before the bootstrap", () => {
    const lab = labWith("cp-1");
    configured(lab, "cp-1");
    expect(kubernetesEndpointOf(() => lab.guests, lab.store, vip)).toBeNull();
  });

  it("is at the shared address and at each control plane's, not at a worker's", () => {
    const lab = cluster(["cp-1", "cp-2", "worker-1"]);
    const answers = [vip, addresses["cp-1"], addresses["cp-2"], addresses["worker-1"], "10.20.0.99"].map(
      (address) => kubernetesEndpointOf(() => lab.guests, lab.store, address) !== null,
    );
    expect(answers).toEqual([true, true, true, false, false]);
  });

  it("is gone with the last control plane", () => {
    const lab = cluster(["cp-1", "worker-1"]);
    lab.guests.splice(0, 1);
    expect(kubernetesEndpointOf(() => lab.guests, lab.store, vip)).toBeNull();
  });

  it("finds a shared address in the interfaces of the first document too", () => {
    const lab = labWith("cp-1");
    const legacy =
      "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        dhcp: true\n        vip: {ip: 10.20.0.9}\n";
    bootstrap(lab.store, () => lab.guests, configured(lab, "cp-1", legacy));
    expect(kubernetesEndpointOf(() => lab.guests, lab.store, "10.20.0.9")).not.toBeNull();
  });

  it("answers nobody without a client certificate", async () => {
    const lab = cluster(["cp-1"]);
    const { ca } = credentials();
    const { status, body } = await get(await portTo(lab), "/readyz", { ca });
    expect(status).toBe(401);
    expect(JSON.parse(body)).toMatchObject({ kind: "Status", reason: "Unauthorized", code: 401 });
  });

  it("answers nobody with another cluster's certificate", async () => {
    const lab = cluster(["cp-1"]);
    const now = new Date();
    const authority = newAuthority({ curve: "p256", organization: "kubernetes", from: now, until: after(now, 1) });
    const { cluster: facts } = factsOf(configurationOf("cp-1", []), addresses["cp-1"]);
    const stranger = newKubeconfig({ ...facts, authority }, now);
    const { ca } = credentials();
    const options = { ca, cert: unbase64(stranger.clientCertificate), key: unbase64(stranger.clientKey) };
    expect((await get(await portTo(lab), "/readyz", options)).status).toBe(401);
  });

  it("forbids a certificate without a group all but what everybody may discover", async () => {
    const lab = cluster(["cp-1"]);
    const { cluster: facts } = factsOf(configurationOf("cp-1", []), addresses["cp-1"]);
    const now = new Date();
    const nobody = newLeaf(facts.authority, {
      commonName: "guest",
      usage: "client",
      from: after(now, -1),
      until: after(now, 1),
    });
    const options = { ca: credentials().ca, cert: nobody.certificate, key: nobody.key };
    const port = await portTo(lab);
    expect((await get(port, "/version", options)).status).toBe(200);
    const { status, body } = await get(port, "/api/v1/nodes", options);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({
      reason: "Forbidden",
      message: 'nodes is forbidden: User "guest" cannot list resource "nodes" in API group "" at the cluster scope',
    });
    expect((await get(port, "/api/v1/namespaces/default/pods/one", options)).body).toContain(
      String.raw`cannot get resource \"pods\" in API group \"\" in the namespace \"default\"`,
    );
  });

  it.each(["/readyz", "/livez"])("says ok at %s", async (path) => {
    const lab = cluster(["cp-1"]);
    expect(await get(await portTo(lab), path, credentials())).toEqual({ status: 200, body: "ok" });
  });

  it.each(["/version", "/version/"])("tells its version at %s", async (path) => {
    const lab = cluster(["cp-1"]);
    const { body } = await get(await portTo(lab), path, credentials());
    expect(JSON.parse(body)).toMatchObject({ major: "1", minor: "36", gitVersion: "v1.36.3", platform: "linux/arm64" });
  });

  it("knows no other paths, and no method that a path does not have", async () => {
    const lab = cluster(["cp-1"]);
    const port = await portTo(lab);
    expect((await get(port, "/api/v1/horses", credentials())).status).toBe(404);
    expect((await get(port, "/api/v1/nodes", { ...credentials(), method: "PUT" })).status).toBe(405);
  });
});

describe("what kubectl asks for", () => {
  const asTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

  it("is which versions and resources there are", async () => {
    const port = await portTo(cluster(["cp-1"]));
    const json = async (path: string): Promise<unknown> => JSON.parse((await get(port, path, credentials())).body);
    expect(await json("/api")).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
    const groups = expect.arrayContaining([expect.objectContaining({ name: "apps" })]);
    expect(await json("/apis")).toMatchObject({ kind: "APIGroupList", groups });
    const node = expect.objectContaining({ name: "nodes", singularName: "node", shortNames: ["no"] });
    expect(await json("/api/v1")).toMatchObject({ kind: "APIResourceList", resources: expect.arrayContaining([node]) });
  });

  it("is a table of the nodes", async () => {
    const port = await portTo(cluster(["cp-1", "worker-1"]));
    const options = { ...credentials(), headers: { accept: asTable } };
    const table = JSON.parse((await get(port, "/api/v1/nodes?limit=500", options)).body);
    expect(table).toMatchObject({ kind: "Table", apiVersion: "meta.k8s.io/v1" });
    expect(table.columnDefinitions[0]).toMatchObject({ name: "Name", format: "name" });
    expect(table.rows.map(({ cells }: { cells: readonly string[] }) => cells.slice(0, 6))).toEqual([
      ["cp-1", "Ready", "control-plane", expect.stringMatching(/^\d+s$/), "v1.36.3", addresses["cp-1"]],
      ["worker-1", "Ready", "<none>", expect.stringMatching(/^\d+s$/), "v1.36.3", addresses["worker-1"]],
    ]);
  });

  it("is one node, and which namespaces there are", async () => {
    const port = await portTo(cluster(["cp-1"]));
    const one = JSON.parse((await get(port, "/api/v1/nodes/cp-1", credentials())).body);
    expect(one).toMatchObject({ kind: "Node", metadata: { name: "cp-1" } });
    expect(await get(port, "/api/v1/nodes/cp-9", credentials())).toMatchObject({
      status: 404,
      body: expect.stringContaining('nodes \\"cp-9\\" not found'),
    });
    const { items } = JSON.parse((await get(port, "/api/v1/namespaces", credentials())).body);
    const names = items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
    expect(names).toEqual(["default", "kube-node-lease", "kube-public", "kube-system"]);
  });
});

describe("each call of the Kubernetes API", () => {
  async function watched(fault: Fault | null): Promise<{ readonly port: number; readonly told: string[] }> {
    const told: string[] = [];
    const lab = cluster(["cp-1"]);
    const calls = {
      begin: () => fault,
      end: ({ interface: via, method, target }: Call, answer: string) =>
        void told.push(`${via} ${method} ${target}: ${answer}`),
      bug: () => undefined,
    };
    return { port: await portTo({ ...lab, store: { ...lab.store, calls } }), told };
  }

  it("is told with its answer", async () => {
    const { port, told } = await watched(null);
    await get(port, "/api/v1/nodes?limit=500", credentials());
    await get(port, "/api/v1/horses", credentials());
    expect(told).toEqual(["kubernetes GET /api/v1/nodes: 200", "kubernetes GET /api/v1/horses: 404"]);
  });

  it("can be answered with an error", async () => {
    const { port } = await watched({ kind: "status", status: 429, code: "TooManyRequests", retryAfterSeconds: 3 });
    const { status, body } = await get(port, "/readyz", credentials());
    expect(status).toBe(429);
    expect(JSON.parse(body)).toMatchObject({ kind: "Status", reason: "TooManyRequests", code: 429 });
  });

  it.each(["reset", "lost"] as const)("can be %s", async (kind) => {
    const { port, told } = await watched({ kind });
    await expect(get(port, "/readyz", credentials())).rejects.toThrow();
    expect(told).toEqual([`kubernetes GET /readyz: ${kind}`]);
  });
});

describe("the API server's certificate", () => {
  async function names(lab: Lab): Promise<string> {
    const socket = tls.connect({ host: "127.0.0.1", port: await portTo(lab), ...credentials() });
    await once(socket, "secureConnect");
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    return subjectaltname ?? "";
  }

  it("carries the shared address, the machine's own, the service's first and the configured names", async () => {
    const lab = cluster(["cp-1"], "cluster:\n  apiServer:\n    certSANs: [203.0.113.7, k8s.example.org]\n");
    const found = (await names(lab)).split(", ");
    const wanted = [vip, addresses["cp-1"], "10.96.0.1", "203.0.113.7"].map((address) => `IP Address:${address}`);
    expect(found).toEqual(expect.arrayContaining([...wanted, "DNS:k8s.example.org", "DNS:cp-1"]));
  });

  it("carries 127.0.0.1 by itself, as Talos has it", async () => {
    expect(await names(cluster(["cp-1"]))).toContain("IP Address:127.0.0.1");
  });

  it("follows a change of the configuration", async () => {
    const lab = cluster(["cp-1"]);
    expect(await names(lab)).not.toContain("203.0.113.7");
    configured(lab, "cp-1", "cluster:\n  apiServer:\n    certSANs: [203.0.113.7]\n");
    expect(await names(lab)).toContain("203.0.113.7");
  });
});

describe("the nodes", () => {
  it("are the machines that have a configuration, with names, addresses, versions and roles", async () => {
    const lab = cluster(
      ["cp-1", "worker-1"],
      "machine:\n  install:\n    image: factory.talos.dev/nocloud-installer/abc:v1.13.9\n",
    );
    const [controlPlane, worker] = await nodesOf(lab);
    expect(controlPlane).toMatchObject({
      metadata: {
        name: "cp-1",
        labels: { "node-role.kubernetes.io/control-plane": "", "kubernetes.io/arch": "arm64" },
      },
      spec: { taints: [{ effect: "NoSchedule" }] },
      status: {
        addresses: [
          { type: "InternalIP", address: addresses["cp-1"] },
          { type: "Hostname", address: "cp-1" },
        ],
        conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "True" })]),
        nodeInfo: {
          architecture: "arm64",
          kubeletVersion: "v1.36.3",
          osImage: "Talos (v1.13.9)",
          // Clients that check types want all of them.
          bootID: expect.any(String),
          kernelVersion: expect.any(String),
          kubeProxyVersion: expect.any(String),
          machineID: expect.any(String),
          systemUUID: expect.any(String),
        },
      },
    });
    expect(worker?.metadata.labels).not.toHaveProperty(["node-role.kubernetes.io/control-plane"]);
  });

  it("come one by one, as machines are configured", async () => {
    const lab = labWith("cp-1", "worker-1");
    bootstrap(lab.store, () => lab.guests, configured(lab, "cp-1"));
    expect((await nodesOf(lab)).map(({ metadata }) => metadata.name)).toEqual(["cp-1"]);
    configured(lab, "worker-1");
    expect((await nodesOf(lab)).map(({ metadata }) => metadata.name)).toEqual(["cp-1", "worker-1"]);
  });

  it("are not ready without a network plugin", async () => {
    const [node] = await nodesOf(cluster(["cp-1"], "cluster:\n  network:\n    cni:\n      name: none\n"));
    expect(node?.status.conditions[0]).toMatchObject({
      status: "False",
      message: expect.stringContaining("cni plugin not initialized"),
    });
  });

  it("are ready once a manifest installs one", async () => {
    const installs = "contents: |\n        kind: Job\n        image: quay.io/cilium/cilium-cli:v0.19.7\n";
    const lab = cluster(
      ["cp-1"],
      `cluster:\n  network:\n    cni:\n      name: none\n  inlineManifests:\n    - name: cilium\n      ${installs}`,
    );
    expect((await nodesOf(lab))[0]?.status.conditions[0]).toMatchObject({ status: "True" });
  });

  it("are ready as workers too, by a manifest that control planes alone have", async () => {
    const lab = labWith("cp-1", "worker-1");
    const manifest = "    - name: cilium\n      contents: |\n        image: quay.io/cilium/cilium-cli:v0.19.7\n";
    const first = configured(
      lab,
      "cp-1",
      `cluster:\n  network:\n    cni:\n      name: none\n  inlineManifests:\n${manifest}`,
    );
    configured(lab, "worker-1");
    bootstrap(lab.store, () => lab.guests, first);
    const nodes = await nodesOf(lab);
    expect(nodes.map(({ status }) => status.conditions[0]?.status)).toEqual(["True", "True"]);
  });

  it("join with the taints of their machine", async () => {
    const taints = "machine:\n  nodeTaints:\n    example.org/for: builds:NoExecute\n    example.org/old: NoSchedule\n";
    const [node] = await nodesOf(cluster(["cp-1"], taints));
    expect(node?.spec.taints).toEqual([
      { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
      { key: "example.org/for", value: "builds", effect: "NoExecute" },
      { key: "example.org/old", effect: "NoSchedule" },
    ]);
  });

  it("do not register where the kubelet may not use their address", async () => {
    expect(
      await nodesOf(cluster(["cp-1"], "machine:\n  kubelet:\n    nodeIP:\n      validSubnets: [192.168.0.0/24]\n")),
    ).toEqual([]);
  });

  it("lose their taint when control planes may run workloads", async () => {
    const [node] = await nodesOf(cluster(["cp-1"], "cluster:\n  allowSchedulingOnControlPlanes: true\n"));
    expect(node?.spec.taints).toBeUndefined();
  });
});

describe("what people see", () => {
  it("is each cluster with its machines, and those that wait", () => {
    const lab = labWith("cp-1", "worker-1");
    bootstrap(lab.store, () => lab.guests, configured(lab, "cp-1"));
    const none = () => [];
    expect(overviewOf(lab.store, () => lab.guests, none)).toEqual({
      clusters: [
        {
          name: "lab",
          endpoint: `https://${vip}:6443`,
          state: "running",
          kubernetes: "1.36.3",
          nodes: [{ name: "cp-1", role: "control-plane", address: addresses["cp-1"], talos: "1.13.9", up: true }],
        },
      ],
      inMaintenance: ["worker-1"],
    });
  });

  it("keeps the nodes of a host that is down, as nodes that are not up", () => {
    const lab = cluster(["cp-1", "worker-1"]);
    const [up, stopped] = [
      lab.guests.filter(({ name }) => name !== "cp-1"),
      lab.guests.filter(({ name }) => name === "cp-1"),
    ];
    const [seen] = overviewOf(
      lab.store,
      () => up,
      () => stopped,
    ).clusters;
    expect(seen).toMatchObject({
      state: "unreachable",
      nodes: [
        { name: "cp-1", up: false },
        { name: "worker-1", up: true },
      ],
    });
  });

  it("lists configurations and bootstraps of the virtual machines that still exist", () => {
    const lab = cluster(["cp-1", "worker-1"]);
    const vms = { 101: { vmid: 101, generation: "first" }, 103: { vmid: 103, generation: "second" } };
    const state = { talos: lab.store.state.talos, oci: { instances: [] }, proxmox: { datacenters: { pve: { vms } } } };
    expect(talosInventory(state)).toEqual([
      { type: "talos_machine_configuration_apply", id: "machine_configuration_apply", name: addresses["cp-1"] },
      { type: "talos_machine_bootstrap", id: "machine_bootstrap", name: addresses["cp-1"] },
    ]);
  });
});
