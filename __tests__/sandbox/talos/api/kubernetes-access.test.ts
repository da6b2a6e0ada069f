import { createServer } from "node:http";
import { connect } from "node:net";
import type { Calls } from "../../../../sandbox/faults/calls.ts";
import { apiHandler } from "../../../../sandbox/talos/api/kubernetes/api.ts";
import { listening } from "../../../listening.ts";
import { cluster } from "../cluster.ts";
import { type Answered, type Ask, asking } from "./kubernetes-calls.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ROBOT = "system:serviceaccount:default:robot";
const as = (ask: Ask, who: string, method: string, path: string, body?: object): Promise<Answered> =>
  ask(method, path, body, undefined, { "impersonate-user": who });

/** A ServiceAccount that may do what a role lets it. */
async function withRobot(role: object): Promise<Ask> {
  const ask = await asking(cluster(["cp-1"]));
  await ask("POST", `${RBAC}/namespaces/default/roles`, { metadata: { name: "some" }, rules: [role] });
  await ask("POST", `${RBAC}/namespaces/default/rolebindings`, {
    metadata: { name: "robot" },
    roleRef: { kind: "Role", name: "some" },
    subjects: [{ kind: "ServiceAccount", name: "robot", namespace: "default" }],
  });
  return ask;
}

describe("whoever is not an admin", () => {
  it("may do what a role says, in its namespace, and nothing else", async () => {
    const ask = await withRobot({ apiGroups: [""], resources: ["pods"], verbs: ["list"] });
    expect((await as(ask, ROBOT, "GET", "/api/v1/namespaces/default/pods")).code).toBe(200);
    expect((await as(ask, ROBOT, "GET", "/api/v1/pods")).code).toBe(403);
    expect((await as(ask, "system:serviceaccount:other:robot", "GET", "/api/v1/namespaces/default/pods")).code).toBe(
      403,
    );
    expect(await as(ask, ROBOT, "DELETE", "/api/v1/namespaces/default/pods/one")).toMatchObject({
      code: 403,
      body: {
        message: `pods "one" is forbidden: User "${ROBOT}" cannot delete resource "pods" in API group "" in the namespace "default"`,
      },
    });
  });

  it("may see its namespace where a role of it says so", async () => {
    const ask = await withRobot({ apiGroups: [""], resources: ["namespaces"], verbs: ["get"] });
    const at = (name: string) => as(ask, ROBOT, "GET", `/api/v1/namespaces/${name}`);
    expect([(await at("default")).code, (await at("kube-system")).code]).toEqual([200, 403]);
  });

  it("may do it to objects of the names that the role has", async () => {
    const ask = await withRobot({
      apiGroups: [""],
      resources: ["configmaps"],
      verbs: ["get"],
      resourceNames: ["kube-root-ca.crt"],
    });
    const at = (name: string) => as(ask, ROBOT, "GET", `/api/v1/namespaces/default/configmaps/${name}`);
    expect([(await at("kube-root-ca.crt")).code, (await at("other")).code]).toEqual([200, 403]);
  });

  it("may do what a ClusterRole says everywhere, by its group", async () => {
    const ask = await asking(cluster(["cp-1"]));
    await ask("POST", `${RBAC}/clusterrolebindings`, {
      metadata: { name: "all" },
      roleRef: { kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "Group", name: "system:serviceaccounts" }],
    });
    expect((await as(ask, ROBOT, "GET", "/api/v1/pods")).code).toBe(200);
    expect((await as(ask, ROBOT, "GET", "/api/v1/secrets")).code).toBe(403);
  });

  it("is told so where it asks what it may do", async () => {
    const ask = await withRobot({ apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["*"] });
    const review = async (subresource: string): Promise<unknown> => {
      const spec = {
        resourceAttributes: {
          namespace: "default",
          verb: "update",
          group: "apps",
          resource: "deployments",
          subresource,
        },
      };
      return (await as(ask, ROBOT, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { spec })).body[
        "status"
      ];
    };
    expect([await review("scale"), await review("")]).toEqual([{ allowed: true }, { allowed: false }]);
  });

  it("may not play another", async () => {
    const ask = await withRobot({ apiGroups: ["*"], resources: ["*"], verbs: ["get"] });
    const spec = { user: ROBOT, resourceAttributes: { verb: "impersonate", resource: "users", name: "admin" } };
    const { body } = await ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec });
    expect(body["status"]).toEqual({ allowed: false });
  });
});

describe("what is not played", () => {
  it.each([
    [
      "POST",
      "/api/v1/namespaces/default/serviceaccounts/default/token",
      "the sandbox accepts client certificates alone",
    ],
    ["GET", "/api/v1/namespaces/kube-system/pods/kube-apiserver-cp-1/log", "the sandbox runs no containers"],
    [
      "PATCH",
      "/api/v1/namespaces/kube-system/pods/kube-apiserver-cp-1/ephemeralcontainers",
      "the sandbox runs no containers",
    ],
    ["GET", "/apis/certificates.k8s.io/v1/certificatesigningrequests", "the sandbox signs no certificates"],
  ])("is refused in words: %s %s", async (method, path, message) => {
    const ask = await asking(cluster(["cp-1"]));
    expect(await ask(method, path, method === "GET" ? undefined : {})).toMatchObject({
      code: 501,
      body: { reason: "NotImplemented", message: expect.stringContaining(message) },
    });
  });

  it("is kept with a warning where it is only not enforced", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const quota = { metadata: { name: "some" }, spec: { hard: { pods: "3" } } };
    expect(await ask("POST", "/api/v1/namespaces/default/resourcequotas", quota)).toMatchObject({
      code: 201,
      warning: '299 - "the sandbox keeps this, and enforces nothing of it"',
    });
  });
});

describe("the API server", () => {
  it("refuses a body of more than 3 MiB", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const map = { metadata: { name: "large" }, data: { a: "a".repeat(3 * 1024 * 1024) } };
    expect(await ask("POST", "/api/v1/namespaces/default/configmaps", map)).toMatchObject({
      code: 413,
      body: { message: "Request entity too large: limit is 3145728" },
    });
  });

  it("takes a client that goes away in the middle of a request for no bug of its own", async () => {
    let [begins, ends] = [(): unknown => undefined, (_how: unknown): void => undefined];
    const calls: Calls = {
      begin: () => {
        begins();
        return null;
      },
      end: (_call, answer) => ends(answer),
      bug: (_call, error) => ends(error),
    };
    const handler = apiHandler({ calls, state: () => null, changed: () => undefined, letsIn: () => true });
    const server = createServer(handler);
    const port = await listening(server);
    const client = connect(port, "127.0.0.1", () => {
      client.write("POST /api HTTP/1.1\r\nHost: lab\r\nContent-Length: 9\r\n\r\n{");
    });
    const ended = await new Promise((resolve) => {
      begins = () => client.destroy();
      ends = resolve;
    });
    server.close();
    expect(ended).toBe("the client went away");
  });
});
