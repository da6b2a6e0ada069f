/** Network load balancers and their parts. Every change is a work request's. */
import type { Attributes, Json, ResourceType } from "../../plugin/resource.ts";
import type { Backend, BackendSet, Listener, NetworkLoadBalancer } from "../../world/oci.ts";
import { backend, backendSet } from "../backend-set.ts";
import { listener } from "../listener.ts";
import { networkLoadBalancer } from "../load-balancer.ts";
import { byName, partId } from "../load-balancer-part.ts";
import { systemTags } from "../instance-attributes.ts";
import { notFound } from "../refusals.ts";
import { checkEtag, byRules, collection, record, shown, viewOf } from "./collection.ts";
import { attributesOf, isObject, nestedTags } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Answer } from "./answer.ts";
import { type Asked, needed, type Route } from "./route.ts";

const BASE = "/20200501";
const PATH = `${BASE}/networkLoadBalancers`;
const SET = "oci_network_load_balancer_backend_set";

/** The header that the provider insists on. */
function work(
  asked: Asked,
  balancer: NetworkLoadBalancer,
  operationType: string,
  actionType: "CREATED" | "UPDATED" | "DELETED",
): Readonly<Record<string, string>> {
  const id = asked.door.workRequests.accept(asked.call, {
    operationType,
    actionType,
    compartmentId: balancer.compartmentId,
    entityType: "NetworkLoadBalancer",
    identifier: balancer.id,
    entityUri: `${PATH}/${balancer.id}`,
  });
  return { "opc-work-request-id": id };
}

function backendFields(each: Backend): Attributes {
  return { ...each };
}

function setFields(set: BackendSet): Attributes {
  const { healthChecker, backends, ...rest } = set;
  const { dns, ...checker } = healthChecker;
  return {
    ...rest,
    healthChecker: { ...checker, ...(dns && { dns: { ...dns } }) },
    backends: backends.map(backendFields),
  };
}

function listenerFields({ l3ipIdleTimeout, ...rest }: Listener): Attributes {
  return { ...rest, l3IpIdleTimeout: l3ipIdleTimeout };
}

function named<T extends { readonly name: string }>(items: readonly T[], view: (item: T) => Attributes): Attributes {
  return Object.fromEntries(items.map((item) => [item.name, view(item)]));
}

const balancers = byRules<NetworkLoadBalancer>({
  path: PATH,
  service: "Network Load Balancer",
  resource: "oci_network_load_balancer_network_load_balancer",
  type: networkLoadBalancer,
  wrap: "items",
  accepted: true,
  states: { creating: "CREATING", deleting: "DELETING", deleted: null },
  all: (tenancy) => tenancy.networkLoadBalancers,
  view: (each, { call }) => {
    const address = (ipAddress: string, isPublic: boolean, reserved?: string): Attributes => ({
      ipAddress,
      isPublic,
      ipVersion: "IPV4",
      reservedIp: reserved === undefined ? null : { id: reserved },
    });
    return {
      displayName: each.displayName,
      lifecycleState: "ACTIVE",
      lifecycleDetails: null,
      nlbIpVersion: "IPV4",
      timeUpdated: each.timeUpdated,
      subnetId: each.subnetId,
      isPrivate: each.isPrivate,
      isPreserveSourceDestination: each.isPreserveSourceDestination,
      isSymmetricHashEnabled: each.isSymmetricHashEnabled,
      networkSecurityGroupIds: each.nsgIds,
      ipAddresses: [
        ...(each.publicIp === null ? [] : [address(each.publicIp, true, each.reservedIpId)]),
        address(each.privateIp, false),
      ],
      systemTags: nestedTags(systemTags(call.world.state.oci)),
      backendSets: named(each.backendSets, setFields),
      listeners: named(each.listeners, listenerFields),
    };
  },
  changed: (asked, balancer, action) =>
    work(asked, balancer, `${action.replace(/D$/, "")}_NETWORK_LOAD_BALANCER`, action),
});

/** Sets, backends or listeners of a balancer. */
interface Parts<T extends { readonly name: string }> {
  /** After the balancer's path: `/listeners`. */
  readonly path: string;
  readonly resource: string;
  readonly operation: string;
  readonly type: ResourceType;
  all(balancer: NetworkLoadBalancer, params: Asked["params"]): readonly T[];
  view(part: T): Attributes;
  /** The provider's id of a part. */
  id(balancer: NetworkLoadBalancer, params: Asked["params"], name: string): string;
  /** What the path says of the part. */
  place?(params: Asked["params"]): Attributes;
  /** What else a body may bring: backends of a set. */
  inside?(asked: Asked, balancer: NetworkLoadBalancer, name: string): Promise<void>;
}

function requirePart<T extends { readonly name: string }>(
  { params }: Asked,
  balancer: NetworkLoadBalancer,
  parts: Parts<T>,
): T {
  const found = byName(parts.all(balancer, params), params.part);
  if (!found) throw notFound(balancers.service, `${parts.path} ${params.part} of ${balancer.id}`);
  return found;
}

async function addPart<T extends { readonly name: string }>(asked: Asked, parts: Parts<T>): Promise<Answer> {
  const balancer = record(asked, balancers);
  const planned = {
    ...attributesOf(parts.resource, asked.body),
    ...parts.place?.(asked.params),
    network_load_balancer_id: balancer.id,
  };
  const { name } = await parts.type.create(asked.call, planned);
  await parts.inside?.(asked, balancer, String(name));
  return { status: 202, headers: work(asked, balancer, `CREATE_${parts.operation}`, "CREATED") };
}

async function changePart<T extends { readonly name: string }>(asked: Asked, parts: Parts<T>): Promise<Answer> {
  const balancer = record(asked, balancers);
  const found = requirePart(asked, balancer, parts);
  checkEtag(asked, parts.view(found));
  const before = parts.type.importState?.(asked.call, parts.id(balancer, asked.params, found.name)) ?? {};
  // A part keeps its name.
  const { name: _name, ...body } = asked.body;
  await parts.type.update?.(asked.call, before, attributesOf(parts.resource, body, before));
  await parts.inside?.(asked, balancer, found.name);
  return { status: 202, headers: work(asked, balancer, `UPDATE_${parts.operation}`, "UPDATED") };
}

async function removePart<T extends { readonly name: string }>(asked: Asked, parts: Parts<T>): Promise<Answer> {
  const balancer = record(asked, balancers);
  const found = requirePart(asked, balancer, parts);
  checkEtag(asked, parts.view(found));
  await parts.type.delete(asked.call, { id: parts.id(balancer, asked.params, found.name) });
  return { status: 202, headers: work(asked, balancer, `DELETE_${parts.operation}`, "DELETED") };
}

function partRoutes<T extends { readonly name: string }>(parts: Parts<T>): readonly Route[] {
  const all = `${PATH}/{id}${parts.path}`;
  const one = `${all}/{part}`;
  return [
    {
      method: "GET",
      path: all,
      run: (asked) => listed(asked, parts.all(record(asked, balancers), asked.params).map(parts.view), "items"),
    },
    { method: "POST", path: all, run: (asked) => addPart(asked, parts) },
    {
      method: "GET",
      path: one,
      run: (asked) => shown(parts.view(requirePart(asked, record(asked, balancers), parts))),
    },
    { method: "PUT", path: one, run: (asked) => changePart(asked, parts) },
    { method: "DELETE", path: one, run: (asked) => removePart(asked, parts) },
  ];
}

function setOf(balancer: NetworkLoadBalancer, name: string | undefined): BackendSet {
  const found = byName(balancer.backendSets, name);
  if (!found) throw notFound(balancers.service, `backend set ${name} of ${balancer.id}`);
  return found;
}

/** A set's body may bring its backends: then those are all that it has. */
async function replaceBackends(asked: Asked, balancer: NetworkLoadBalancer, set: string): Promise<void> {
  const wanted = asked.body.backends;
  if (!Array.isArray(wanted)) return;
  const kept = setOf(balancer, set).backends;
  setOf(balancer, set).backends = [];
  try {
    for (const each of wanted.filter((item: Json) => isObject(item)))
      await backend.create(asked.call, {
        ...attributesOf("oci_network_load_balancer_backend", each),
        backend_set_name: set,
        network_load_balancer_id: balancer.id,
      });
  } catch (error) {
    setOf(balancer, set).backends = kept;
    throw error;
  }
}

const sets: Parts<BackendSet> = {
  path: "/backendSets",
  resource: SET,
  operation: "BACKENDSET",
  type: backendSet,
  all: (balancer) => balancer.backendSets,
  view: setFields,
  id: (balancer, _params, name) => partId(balancer, "backendSets", name),
  inside: replaceBackends,
};

const backends: Parts<Backend> = {
  path: "/backendSets/{set}/backends",
  resource: "oci_network_load_balancer_backend",
  operation: "BACKEND",
  type: backend,
  all: (balancer, { set }) => setOf(balancer, set).backends,
  view: backendFields,
  id: (balancer, { set = "" }, name) => partId(balancer, "backendSets", set, "backends", name),
  place: ({ set = "" }) => ({ backend_set_name: set }),
};

const listeners: Parts<Listener> = {
  path: "/listeners",
  resource: "oci_network_load_balancer_listener",
  operation: "LISTENER",
  type: listener,
  all: (balancer) => balancer.listeners,
  view: listenerFields,
  id: (balancer, _params, name) => partId(balancer, "listeners", name),
};

/** Its groups are changed by a call of their own: those that the body names are all that it has. */
async function changeGroups(asked: Asked): Promise<Answer> {
  const found = record(asked, balancers);
  checkEtag(asked, viewOf(asked, balancers, found));
  await balancers.change(asked, found, { networkSecurityGroupIds: asked.body.networkSecurityGroupIds ?? [] });
  return { status: 202, headers: work(asked, found, "UPDATE_NSGS", "UPDATED") };
}

export const balancerRoutes: readonly Route[] = [
  ...collection(balancers),
  { method: "PUT", path: `${PATH}/{id}/networkSecurityGroups`, run: changeGroups },
  ...partRoutes(sets),
  ...partRoutes(backends),
  ...partRoutes(listeners),
  {
    method: "GET",
    path: `${BASE}/workRequests`,
    run: (asked) => listed(asked, asked.door.workRequests.list(needed(asked.query, "compartmentId")), "items"),
  },
  {
    method: "GET",
    path: `${BASE}/workRequests/{id}`,
    run: ({ door, params }) => shown(door.workRequests.get(params.id ?? "")),
  },
  ...["errors", "logs"].map((kind): Route => ({
    method: "GET",
    path: `${BASE}/workRequests/{id}/${kind}`,
    run(asked) {
      asked.door.workRequests.get(asked.params.id ?? "");
      return listed(asked, [], "items");
    },
  })),
];
