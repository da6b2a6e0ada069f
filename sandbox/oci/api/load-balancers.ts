/** Load balancers and their parts. A change is answered by a work request of the load balancer's own kind, and no body. */
import type { Attributes } from "../../plugin/resource.ts";
import type { LoadBalancer } from "../../world/oci.ts";
import {
  backendBody,
  backendSetBody,
  certificateBody,
  checkerBody,
  LISTENER_PROTOCOLS,
  listenerBody,
  type LoadBalancerListener,
  type LoadBalancerSet,
  parsed,
  POLICIES,
} from "../flexible/bodies.ts";
import { bandwidth, loadBalancer, SHAPE } from "../flexible/load-balancer.ts";
import * as parts from "../flexible/parts.ts";
import { systemTags } from "../instance-attributes.ts";
import { invalid } from "../refusals.ts";
import { refuseNotPlayed } from "../remembered.ts";
import type { Answer } from "./answer.ts";
import { checkEtag, byRules, collection, record, shown, viewOf } from "./collection.ts";
import { attributesOf, nestedTags } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Asked, Route } from "./route.ts";

const BASE = "/20170115";
const PATH = `${BASE}/loadBalancers`;

/** @param type `CreateListener` */
function work(asked: Asked, balancer: LoadBalancer, type: string): Readonly<Record<string, string>> {
  const id = asked.door.workRequests.accept(asked.call, {
    operationType: type,
    actionType: "UPDATED",
    compartmentId: balancer.compartmentId,
    entityType: "LoadBalancer",
    identifier: balancer.id,
    entityUri: `${PATH}/${balancer.id}`,
  });
  return { "opc-work-request-id": id };
}

/** A work request as this service tells it (oracle/oci-go-sdk v65, loadbalancer/work_request.go). */
function workFields(asked: Asked, id: string): Attributes {
  const { operationType = null, status, compartmentId = null, resources, ...times } = asked.door.workRequests.get(id);
  const [balancer] = Array.isArray(resources) ? resources : [];
  return {
    id,
    loadBalancerId: balancer?.identifier ?? null,
    type: operationType,
    lifecycleState: status ?? null,
    message: status === "SUCCEEDED" ? "OK" : "",
    compartmentId,
    timeAccepted: times.timeAccepted ?? null,
    timeFinished: times.timeFinished ?? null,
    errorDetails: [],
  };
}

function sslFields(ssl: LoadBalancerListener["sslConfiguration"]): Attributes | null {
  return ssl && { ...ssl, certificateIds: [], trustedCertificateAuthorityIds: [] };
}

function setFields(set: LoadBalancerSet): Attributes {
  return {
    ...set,
    backends: set.backends.map((each) => ({ ...each })),
    sslConfiguration: sslFields(set.sslConfiguration),
  };
}

function listenerFields(listener: LoadBalancerListener): Attributes {
  return {
    ...listener,
    sslConfiguration: sslFields(listener.sslConfiguration),
    hostnameNames: [],
    pathRouteSetName: null,
    routingPolicyName: null,
    ruleSetNames: [],
  };
}

function addressFields({ publicIp, privateIp, reservedIpId }: LoadBalancer): Attributes {
  const reservedIp = reservedIpId === null ? null : { id: reservedIpId };
  return { ipAddress: publicIp ?? privateIp, isPublic: publicIp !== null, reservedIp };
}

const balancers = byRules<LoadBalancer>({
  path: PATH,
  service: "Load Balancer",
  resource: "oci_load_balancer_load_balancer",
  type: loadBalancer,
  states: { creating: "CREATING", deleting: "DELETING", deleted: null },
  all: (tenancy) => tenancy.loadBalancers,
  view: (each, { call }) => ({
    displayName: each.displayName,
    lifecycleState: "ACTIVE",
    shapeName: SHAPE,
    shapeDetails: { minimumBandwidthInMbps: each.minimumMbps, maximumBandwidthInMbps: each.maximumMbps },
    ipAddresses: [addressFields(each)],
    ipMode: "IPV4",
    isPrivate: each.isPrivate,
    isDeleteProtectionEnabled: each.isDeleteProtectionEnabled,
    isRequestIdEnabled: each.isRequestIdEnabled,
    requestIdHeader: each.requestIdHeader,
    subnetIds: each.subnetIds,
    networkSecurityGroupIds: each.nsgIds,
    systemTags: nestedTags(systemTags(call.world.state.oci)),
    certificates: Object.fromEntries(each.certificates.map((one) => [one.certificateName, { ...one }])),
    backendSets: Object.fromEntries(each.backendSets.map((set) => [set.name, setFields(set)])),
    listeners: Object.fromEntries(each.listeners.map((one) => [one.name, listenerFields(one)])),
    hostnames: {},
    pathRouteSets: {},
    routingPolicies: {},
    ruleSets: {},
    sslCipherSuites: {},
  }),
});

/** What a collection does, answered as this service answers. */
function accepted(method: Route["method"], type: string): Route {
  const route = collection(balancers).find(
    (each) => each.method === method && (method === "POST") === (each.path === PATH),
  );
  if (!route) throw new Error(`there is no ${method} of load balancers`);
  return {
    ...route,
    async run(asked) {
      const before = method === "POST" ? null : record(asked, balancers);
      await route.run(asked);
      const { loadBalancers } = asked.call.world.state.oci;
      const found = before ?? loadBalancers.at(-1);
      if (!found) throw new Error("a load balancer was made, and it is not there");
      return { status: 202, headers: work(asked, found, type) };
    },
  };
}

/** A change of a load balancer or of one of its parts. */
function act(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  type: string,
  run: (balancer: LoadBalancer, asked: Asked, name: string) => void | Promise<void>,
): Route {
  return {
    method,
    path: `${PATH}/{id}/${path}`,
    async run(asked) {
      const balancer = record(asked, balancers);
      checkEtag(asked, viewOf(asked, balancers, balancer));
      await run(balancer, asked, asked.params.name ?? "");
      asked.call.world.changed();
      return { status: 202, headers: work(asked, balancer, type) };
    },
  };
}

function read(path: string, run: (balancer: LoadBalancer, asked: Asked) => Answer): Route {
  return { method: "GET", path: `${PATH}/{id}/${path}`, run: (asked) => run(record(asked, balancers), asked) };
}

/** What the path says, the body need not. */
function partBody(resource: string, { body }: Asked, more: Attributes = {}): Attributes {
  refuseNotPlayed(resource, body);
  return { ...body, ...more };
}

function setOf(balancer: LoadBalancer, { params }: Asked): LoadBalancerSet {
  return parts.requireBackendSet(balancer, params.set ?? "");
}

const SET = "oci_load_balancer_backend_set";
const LISTENER = "oci_load_balancer_listener";

const partRoutes: readonly Route[] = [
  read("backendSets", ({ backendSets }, asked) => listed(asked, backendSets.map(setFields))),
  read("backendSets/{set}", (balancer, asked) => shown(setFields(setOf(balancer, asked)))),
  act("POST", "backendSets", "CreateBackendSet", (balancer, asked) =>
    parts.putBackendSet(balancer, parsed(backendSetBody, partBody(SET, asked)), null),
  ),
  act("PUT", "backendSets/{name}", "UpdateBackendSet", (balancer, asked, name) => {
    const before = parts.requireBackendSet(balancer, name);
    // A change says all that there shall be.
    if (!Array.isArray(asked.body.backends)) throw invalid(balancers.service, "backends is required.");
    parts.putBackendSet(balancer, parsed(backendSetBody, partBody(SET, asked, { name })), before);
  }),
  act("DELETE", "backendSets/{name}", "DeleteBackendSet", (balancer, _asked, name) =>
    parts.removeBackendSet(balancer, name),
  ),
  read("backendSets/{set}/healthChecker", (balancer, asked) => shown(setOf(balancer, asked).healthChecker)),
  act("PUT", "backendSets/{set}/healthChecker", "UpdateHealthChecker", (balancer, asked) => {
    setOf(balancer, asked).healthChecker = parsed(checkerBody, asked.body);
  }),
  read("backendSets/{set}/backends", (balancer, asked) =>
    listed(
      asked,
      setOf(balancer, asked).backends.map((each) => ({ ...each })),
    ),
  ),
  read("backendSets/{set}/backends/{name}", (balancer, asked) =>
    shown({ ...parts.requireBackend(setOf(balancer, asked), asked.params.name ?? "") }),
  ),
  act("POST", "backendSets/{set}/backends", "CreateBackend", (balancer, asked) =>
    parts.putBackend(setOf(balancer, asked), parsed(backendBody, asked.body), null),
  ),
  act("PUT", "backendSets/{set}/backends/{name}", "UpdateBackend", (balancer, asked, name) => {
    const before = parts.requireBackend(setOf(balancer, asked), name);
    const { ipAddress, port } = before;
    parts.putBackend(setOf(balancer, asked), parsed(backendBody, { ...asked.body, ipAddress, port }), before);
  }),
  act("DELETE", "backendSets/{set}/backends/{name}", "DeleteBackend", (balancer, asked, name) => {
    const [set, found] = [setOf(balancer, asked), parts.requireBackend(setOf(balancer, asked), name)];
    set.backends = set.backends.filter((each) => each !== found);
  }),
  act("POST", "listeners", "CreateListener", (balancer, asked) =>
    parts.putListener(balancer, parsed(listenerBody, partBody(LISTENER, asked)), null),
  ),
  act("PUT", "listeners/{name}", "UpdateListener", (balancer, asked, name) => {
    const before = parts.requireListener(balancer, name);
    parts.putListener(balancer, parsed(listenerBody, partBody(LISTENER, asked, { name })), before);
  }),
  act("DELETE", "listeners/{name}", "DeleteListener", (balancer, _asked, name) => {
    const found = parts.requireListener(balancer, name);
    balancer.listeners = balancer.listeners.filter((each) => each !== found);
  }),
  read("certificates", ({ certificates }, asked) =>
    listed(
      asked,
      certificates.map((each) => ({ ...each })),
    ),
  ),
  act("POST", "certificates", "CreateCertificate", (balancer, { body }) =>
    parts.addCertificate(balancer, parsed(certificateBody, body)),
  ),
  act("DELETE", "certificates/{name}", "DeleteCertificate", (balancer, _asked, name) =>
    parts.removeCertificate(balancer, name),
  ),
];

function names(path: string, all: readonly string[]): Route {
  return {
    method: "GET",
    path: `${BASE}/${path}`,
    run: (asked) =>
      listed(
        asked,
        all.map((name) => ({ name })),
      ),
  };
}

export const loadBalancerRoutes: readonly Route[] = [
  ...collection(balancers).filter(({ method }) => method === "GET"),
  accepted("POST", "CreateLoadBalancer"),
  accepted("PUT", "UpdateLoadBalancer"),
  accepted("DELETE", "DeleteLoadBalancer"),
  act("PUT", "updateShape", "UpdateShape", (balancer, asked) => {
    const planned = attributesOf("oci_load_balancer_load_balancer", asked.body);
    Object.assign(balancer, bandwidth(asked.call, planned, balancer));
  }),
  act("PUT", "networkSecurityGroups", "UpdateNetworkSecurityGroups", (balancer, asked) =>
    balancers.change(asked, balancer, { networkSecurityGroupIds: asked.body.networkSecurityGroupIds ?? [] }),
  ),
  act("POST", "changeCompartment", "ChangeLoadBalancerCompartment", (balancer, asked) =>
    balancers.change(asked, balancer, { compartmentId: asked.body.compartmentId ?? null }),
  ),
  ...partRoutes,
  {
    method: "GET",
    path: `${BASE}/loadBalancerWorkRequests/{id}`,
    run: (asked) => shown(workFields(asked, asked.params.id ?? "")),
  },
  read("workRequests", (balancer, asked) => {
    const all = asked.door.workRequests.of(balancer.id);
    return listed(
      asked,
      all.map((id) => workFields(asked, id)),
    );
  }),
  names("loadBalancerShapes", [SHAPE]),
  names("loadBalancerPolicies", POLICIES),
  names("loadBalancerProtocols", LISTENER_PROTOCOLS),
];
