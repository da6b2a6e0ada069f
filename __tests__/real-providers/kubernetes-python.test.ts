/** The Python client of Kubernetes, which checks the types of what it is told, against a cluster of the sandbox. */
import { kubeconfigFor, threeNodes } from "./kubectl.ts";
import { needing, python } from "./workshop.ts";

const HEAD = `
import json, sys, threading
from kubernetes import client, config, dynamic, watch
config.load_kube_config(sys.argv[1])
core, apps, batch = client.CoreV1Api(), client.AppsV1Api(), client.BatchV1Api()

def meta(name, **more):
    return client.V1ObjectMeta(name=name, **more)

def template(app, **more):
    container = client.V1Container(name=app, image=app + ":1")
    return client.V1PodTemplateSpec(metadata=meta(None, labels={"app": app}), spec=client.V1PodSpec(containers=[container], **more))

def refused(call):
    try:
        call()
    except client.ApiException as error:
        return [error.status, json.loads(error.body)["message"]]
`;

needing("python").describe("the Python client of Kubernetes", () => {
  async function says(script: string): Promise<unknown> {
    const { code, stdout, stderr } = await python(["-c", HEAD + script, await kubeconfigFor(threeNodes())]);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  it("reads what there is, also in pieces", async () => {
    const script = `
piece = core.list_pod_for_all_namespaces(limit=2)
print(json.dumps({
    "version": client.VersionApi().get_code().git_version,
    "nodes": [each.metadata.name for each in core.list_node().items],
    "piece": len(piece.items),
    "rest": len(core.list_pod_for_all_namespaces(_continue=piece.metadata._continue).items) - piece.metadata.remaining_item_count,
    "groups": "apps" in [each.name for each in client.ApisApi().get_api_versions().groups],
    "roles": "cluster-admin" in [each.metadata.name for each in client.RbacAuthorizationV1Api().list_cluster_role().items],
}))`;
    expect(await says(script)).toEqual({
      version: "v1.36.3",
      nodes: ["cp-1", "cp-2", "worker-1"],
      piece: 2,
      rest: 0,
      groups: true,
      roles: true,
    });
  });

  it("makes and changes a deployment, runs a job, and applies", async () => {
    const script = `
spec = client.V1DeploymentSpec(replicas=2, selector=client.V1LabelSelector(match_labels={"app": "web"}), template=template("web"))
apps.create_namespaced_deployment("default", client.V1Deployment(metadata=meta("web"), spec=spec))
apps.patch_namespaced_deployment_scale("web", "default", {"spec": {"replicas": 3}})
apps.patch_namespaced_deployment("web", "default", [{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}])
job = client.V1Job(metadata=meta("once"), spec=client.V1JobSpec(template=template("once", restart_policy="Never")))
batch.create_namespaced_job("default", job)
maps = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="v1", kind="ConfigMap")
body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "some"}, "data": {"a": "1"}}
maps.server_side_apply(body=body, namespace="default", field_manager="one")
body["data"]["a"] = "2"
web = apps.read_namespaced_deployment_status("web", "default")
print(json.dumps({
    "ready": web.status.ready_replicas,
    "labels": web.metadata.labels,
    "job": batch.read_namespaced_job("once", "default").status.succeeded,
    "conflict": refused(lambda: maps.server_side_apply(body=body, namespace="default", field_manager="two")),
    "logs": refused(lambda: core.read_namespaced_pod_log("kube-apiserver-cp-1", "kube-system")),
}))`;
    expect(await says(script)).toEqual({
      ready: 3,
      labels: { a: "b" },
      job: 1,
      conflict: [409, 'Apply failed with 1 conflict: conflict with "one": .data.a'],
      logs: [501, "the sandbox runs no containers: there are no logs of pod kube-system/kube-apiserver-cp-1"],
    });
  });

  it("watches from the version of its list on", async () => {
    const script = `
version = core.list_namespaced_config_map("default").metadata.resource_version
body = client.V1ConfigMap(metadata=meta("some"), data={"a": "1"})
threading.Timer(0.1, lambda: core.create_namespaced_config_map("default", body)).start()
watching = watch.Watch()
for event in watching.stream(core.list_namespaced_config_map, "default", resource_version=version):
    print(json.dumps([event["type"], event["object"].metadata.name]))
    watching.stop()`;
    expect(await says(script)).toEqual(["ADDED", "some"]);
  });
});
