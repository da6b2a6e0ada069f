import { kubectlFor, plays, type Step, threeNodes } from "./kubectl.ts";
import { needing } from "./workshop.ts";

function story(title: string, steps: readonly Step[]): void {
  needing("kubectl").it(title, async () => plays(await kubectlFor(threeNodes()), steps), 120_000);
}

const labels = (app: string): object => ({ matchLabels: { app } });

function workload(kind: string, app: string, spec: object = {}, container: object = {}): object {
  const template = {
    metadata: { labels: { app } },
    spec: { containers: [{ name: app, image: `${app}:1`, ...container }] },
  };
  return { apiVersion: "apps/v1", kind, metadata: { name: app }, spec: { selector: labels(app), template, ...spec } };
}

function pod(name: string, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "main", image: "main:1" }], ...spec },
  };
}

const WIDGETS = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.org" },
  spec: {
    group: "example.org",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
          },
        },
      },
    ],
  },
};
const widget = (size: number): object => ({
  apiVersion: "example.org/v1",
  kind: "Widget",
  metadata: { name: "one" },
  spec: { size },
});

const web = (image: string, replicas = 3): object =>
  workload("Deployment", "web", { replicas }, { image, ports: [{ containerPort: 80 }] });

describe("a real kubectl", () => {
  story("finds out what there is", [
    ["version", "Server Version: v1.36.3"],
    ["cluster-info", "Kubernetes control plane is running at https://127.0.0.1:"],
    ["api-resources --no-headers", /deployments +deploy +apps\/v1 +true +Deployment/],
    ["api-versions", "networking.k8s.io/v1"],
    ["explain deployment.spec.replicas", "FIELD: replicas <integer>"],
    ["explain pod.spec.containers --recursive", "imagePullPolicy\t<string>"],
    ["explain pods.spec.containers.env", "FIELD: env <[]EnvVar>"],
    ["get --raw /readyz", "ok"],
    ["auth can-i create deployments", "yes"],
    ["auth whoami", /Username +admin/],
    ["get nodes -o wide", /cp-1 +Ready +control-plane .*Talos \(v1\.13\.9\)/],
    ["get pods -n kube-system -l k8s-app=kube-dns", /coredns-\S+ +1\/1 +Running/],
    ["get all -A", "daemonset.apps/kube-flannel"],
    ["get svc -A", /kube-dns +ClusterIP +10\.96\.0\.10 +<none> +53\/UDP,53\/TCP,9153\/TCP/],
    ["top nodes", "error: Metrics API not available"],
    ["get horses", 'the server doesn\'t have a resource type "horses"'],
  ]);

  story("applies, changes and takes back a deployment", [
    ["apply -f -", "deployment.apps/web created", web("web:1")],
    ["apply -f -", "deployment.apps/web unchanged", web("web:1")],
    ["rollout status deploy/web", 'deployment "web" successfully rolled out'],
    ["get deploy web", /web +3\/3 +3 +3/],
    ["get pods -l app=web -o wide", /web-\S+ +1\/1 +Running +0 +\S+ +10\.244\.\d+\.\d+ +(?:cp|worker)-\d/],
    ["diff -f -", "+      - image: web:2", web("web:2")],
    ["apply -f -", "deployment.apps/web configured", web("web:2")],
    ["rollout status deploy/web", "successfully rolled out"],
    ["rollout history deploy/web", /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/],
    ["rollout undo deploy/web", "deployment.apps/web rolled back"],
    ["get deploy web -o jsonpath={.spec.template.spec.containers[0].image}", /^web:1$/],
    ["rollout restart deploy/web", "deployment.apps/web restarted"],
    ["set image deploy/web web=web:3", "deployment.apps/web image updated"],
    ["scale deploy/web --replicas=5", "deployment.apps/web scaled"],
    ["get deploy web -o wide", /web +5\/5 +5 +5 +\S+ +web +web:3 +app=web/],
    ["wait --for=condition=Available deploy/web --timeout=5s", "deployment.apps/web condition met"],
    ["describe deploy web", "5 desired | 5 updated | 5 total | 5 available | 0 unavailable"],
    ["expose deploy web --port=80", "service/web exposed"],
    ["get endpoints web", /web +10\.244\.\d+\.\d+:80,/],
    ["label deploy web tier=front", "deployment.apps/web labeled"],
    ["annotate deploy web by=me", "deployment.apps/web annotated"],
    ["get deploy -l tier=front,app!=x -o name", "deployment.apps/web"],
    ["delete deploy web --cascade=orphan", 'deployment.apps "web" deleted'],
    ["get rs -l app=web -o name", "replicaset.apps/web-"],
    ["delete rs -l app=web", "deleted"],
    ["get pods -l app=web", "No resources found"],
  ]);

  story("makes each kind by hand, which it sends as protobuf", [
    ["create namespace room", "namespace/room created"],
    ["create configmap settings --from-literal=a=b -n room", "configmap/settings created"],
    ["get configmap settings -n room -o jsonpath={.data.a}", /^b$/],
    ["create secret generic key --from-literal=a=b -n room", "secret/key created"],
    ["get secret key -n room -o jsonpath={.data.a}", /^Yg==$/],
    ["create serviceaccount robot -n room", "serviceaccount/robot created"],
    ["create deployment web --image=web --replicas=2 --port=80 -n room", "deployment.apps/web created"],
    ["create service clusterip web --tcp=80:80 -n room", "service/web created"],
    ["create ingress web --rule=a.example/x=web:80 -n room", "ingress.networking.k8s.io/web created"],
    ["describe ingress web -n room", /\/x +web:80 \(10\.244\./],
    ["create role reader --verb=get --resource=pods -n room", "role.rbac.authorization.k8s.io/reader created"],
    [
      "create rolebinding robot --role=reader --serviceaccount=room:robot -n room",
      "rolebinding.rbac.authorization.k8s.io/robot created",
    ],
    ["get rolebinding -n room -o wide", /robot +Role\/reader +\S+ +room\/robot/],
    ["create job once --image=once -n room -- true", "job.batch/once created"],
    ["wait --for=condition=complete job/once -n room --timeout=5s", "job.batch/once condition met"],
    ["create cronjob often --image=often --schedule=@daily -n room", "cronjob.batch/often created"],
    ["create job by-hand --from=cronjob/often -n room", "job.batch/by-hand created"],
    ["get jobs -n room", /by-hand +Complete +1\/1/],
    ["run one --image=one -n room", "pod/one created"],
    ["delete namespace room", 'namespace "room" deleted'],
    ["get pods -n room", "No resources found in room namespace."],
    ["delete namespace default", 'namespaces "default" is forbidden: this namespace may not be deleted'],
  ]);

  story("empties a node, as far as budgets let it", [
    ["apply -f -", "created", web("web:1")],
    ["create pdb web --selector=app=web --min-available=3", "poddisruptionbudget.policy/web created"],
    ["cordon worker-1", "node/worker-1 cordoned"],
    ["get node worker-1", "Ready,SchedulingDisabled"],
    [
      "drain worker-1 --ignore-daemonsets --timeout=1s",
      "Cannot evict pod as it would violate the pod's disruption budget.",
    ],
    ["delete pdb web", 'poddisruptionbudget.policy "web" deleted'],
    ["drain worker-1 --ignore-daemonsets --timeout=20s", "node/worker-1 drained"],
    ["get pods --field-selector=spec.nodeName=worker-1", "No resources found"],
    ["uncordon worker-1", "node/worker-1 uncordoned"],
    ["taint node worker-1 for=builds:NoSchedule", "node/worker-1 tainted"],
    ["describe node worker-1", /Taints: +for=builds:NoSchedule/],
    ["taint node worker-1 for-", "node/worker-1 untainted"],
    ["label node worker-1 zone=a", "node/worker-1 labeled"],
    ["get nodes -l zone=a -o name", /^node\/worker-1\n$/],
    ["delete node worker-1", 'node "worker-1" deleted'],
    ["get nodes -o name", /^node\/cp-1\nnode\/cp-2\n$/],
  ]);

  story("keeps the order of sets, and puts a daemon on every node", [
    ["apply -f -", "statefulset.apps/db created", workload("StatefulSet", "db", { replicas: 2, serviceName: "db" })],
    ["get pods -l app=db -o name", /^pod\/db-0\npod\/db-1\n$/],
    ["set image sts/db db=db:2", "statefulset.apps/db image updated"],
    ["rollout status sts/db", "2 new pods have been updated"],
    ["rollout history sts/db", /1 +<none>\n2 +<none>/],
    ["rollout undo sts/db", "statefulset.apps/db rolled back"],
    ["get pod db-1 -o jsonpath={.spec.containers[0].image}", /^db:1$/],
    ["scale sts/db --replicas=1", "statefulset.apps/db scaled"],
    ["get sts db", /db +1\/1/],
    ["apply -f -", "daemonset.apps/agent created", workload("DaemonSet", "agent")],
    ["rollout status ds/agent", 'daemon set "agent" successfully rolled out'],
    ["get ds agent", /agent +3 +3 +3 +3 +3/],
  ]);

  story("says why a pod waits, and what no container can do", [
    [
      "apply -f -",
      "pod/big created",
      pod("big", { containers: [{ name: "a", image: "a", resources: { requests: { cpu: "64" } } }] }),
    ],
    ["describe pod big", "0/3 nodes are available: 3 Insufficient cpu."],
    [
      "apply -f -",
      "persistentvolumeclaim/data created",
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    ],
    ["describe pvc data", "no persistent volumes available for this claim and no storage class is set"],
    ["get pods --field-selector=status.phase=Pending -o name", /^pod\/big\n$/],
    ["get pods --field-selector=spec.color=red", "field label not supported: spec.color"],
    ["run one --image=one", "pod/one created"],
    [
      "logs one",
      "Error from server (NotImplemented): the sandbox runs no containers: there are no logs of pod default/one",
    ],
    ["exec one -- true", "the sandbox runs no containers: nothing can be run in pod default/one"],
    ["attach one", "the sandbox runs no containers: nothing can be attached to in pod default/one"],
    ["port-forward pod/one :80", "the sandbox runs no containers: no port can be forwarded to pod default/one"],
    ["get events --field-selector=reason=FailedScheduling", "pod/big"],
  ]);

  story("has kinds of one's own, and rights by roles", [
    ["create -f -", "customresourcedefinition.apiextensions.k8s.io/widgets.example.org created", WIDGETS],
    ["wait --for=condition=Established crd/widgets.example.org --timeout=5s", "condition met"],
    ["explain widgets.spec.size", "FIELD: size <integer>"],
    ["apply -f -", "widget.example.org/one created", widget(1)],
    ["apply -f -", "widget.example.org/one configured", widget(2)],
    ["get wd one -o jsonpath={.spec.size}", /^2$/],
    ["create rolebinding robot --clusterrole=view --serviceaccount=default:robot", "created"],
    ["auth can-i list pods --as=system:serviceaccount:default:robot", /^yes/],
    ["auth can-i delete pods --as=system:serviceaccount:default:robot", /^no/],
    ["get secrets --as=system:serviceaccount:default:robot", "secrets is forbidden"],
    ["auth can-i --list", /\*\.\* +\[\] +\[\] +\[\*\]/],
    ["create token default", "the sandbox accepts client certificates alone"],
    ["delete crd widgets.example.org", "deleted"],
    ["apply -f -", 'no matches for kind "Gadget" in version "example.org/v1"', { ...widget(1), kind: "Gadget" }],
    ["explain deploy --output=plaintext-openapiv2", "Pods that are replaced step by step."],
  ]);

  story("refuses in the API server's words", [
    [
      "create -f -",
      'strict decoding error: unknown field "spec.conatiners"',
      { ...pod("typo"), spec: { conatiners: [] } },
    ],
    ["create -f -", 'The Pod "none" is invalid: spec.containers: Required value', pod("none", { containers: [] })],
    ["create -f -", 'metadata.name: Invalid value: "Big_"', pod("Big_")],
    ["create deployment web --image=web", "deployment.apps/web created"],
    ["create deployment web --image=web", 'deployments.apps "web" already exists'],
    [
      'patch deploy web -p {"spec":{"replicas":-1}}',
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
    ],
    ["create deployment dry --image=web --dry-run=server", "deployment.apps/dry created (server dry run)"],
    ["get deploy dry", 'deployments.apps "dry" not found'],
    [
      "replace -f -",
      "the object has been modified; please apply your changes to the latest version and try again",
      { ...web("web:1"), metadata: { name: "web", resourceVersion: "1" } },
    ],
    [
      "apply --server-side --field-manager=one -f -",
      "deployment.apps/mine serverside-applied",
      workload("Deployment", "mine", { replicas: 1 }),
    ],
    [
      "apply --server-side --field-manager=two -f -",
      'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
      workload("Deployment", "mine", { replicas: 2 }),
    ],
    [
      "apply --server-side --field-manager=two --force-conflicts -f -",
      "serverside-applied",
      workload("Deployment", "mine", { replicas: 2 }),
    ],
  ]);
});
