/** How the parts of a network load balancer are found and kept: by name, under its id. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { BackendSet, NetworkLoadBalancer } from "../world/oci.ts";
import { text } from "./attributes.ts";
import { requireBalancer } from "./load-balancer.ts";
import { conflict, invalid, notFound } from "./refusals.ts";
import { find } from "./stored.ts";

/** `networkLoadBalancers/{id}/backendSets/{name}…`: the provider's ids of the parts. */
export function partId(balancer: NetworkLoadBalancer, ...path: readonly string[]): string {
  return ["networkLoadBalancers", balancer.id, ...path].map(encodeURIComponent).join("/");
}

/** The named parts of an id: `{networkLoadBalancers: …, backendSets: …}`. */
function idParts(id: string): Readonly<Record<string, string>> {
  const parts = id.split("/").map(decodeURIComponent);
  return Object.fromEntries(parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1] ?? ""]] : [])));
}

export function byName<T extends { readonly name: string }>(list: readonly T[], name: string | undefined): T | null {
  return list.find((item) => item.name === name) ?? null;
}

export function requireSet(
  service: string,
  balancer: NetworkLoadBalancer,
  name: string,
  attribute: string,
): BackendSet {
  const found = byName(balancer.backendSets, name);
  if (found === null) throw notFound(service, `backend set ${name} of ${balancer.id}`, attribute);
  return found;
}

export function requireOneOf(service: string, value: string, allowed: readonly string[], attribute: string): string {
  if (!allowed.includes(value))
    throw invalid(service, `${attribute} ${value} is not valid: ${allowed.join(", ")}.`, attribute);
  return value;
}

export function requirePort(service: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw invalid(service, `port ${value} is not valid: 1 to 65535.`, "port");
  return value;
}

/** What a part's handlers share: how it is found, told, made and removed. */
interface Part<T extends { readonly name: string }> {
  readonly service: string;
  parent(balancer: NetworkLoadBalancer, ids: Readonly<Record<string, string>>): T[] | null;
  /** Names the part in ids. */
  readonly collection: string;
  attributes(part: T, balancer: NetworkLoadBalancer, ids: Readonly<Record<string, string>>): Attributes;
  make(call: Call, balancer: NetworkLoadBalancer, planned: Attributes, before: T | null): T;
  path(planned: Attributes, name: string): readonly string[];
  remove?(balancer: NetworkLoadBalancer, part: T): void;
}

export function partType<T extends { readonly name: string }>(kind: Part<T>): ResourceType {
  function locate(call: Call, id: string) {
    const ids = idParts(id);
    const balancer = find(call, call.world.state.oci.networkLoadBalancers, ids.networkLoadBalancers ?? "");
    const list = balancer && kind.parent(balancer, ids);
    const part = list && byName(list, ids[kind.collection]);
    return balancer && list && part ? { balancer, list, part, ids } : null;
  }
  function readId(call: Call, id: string): Attributes | null {
    const found = locate(call, id);
    return found && { id, ...kind.attributes(found.part, found.balancer, found.ids) };
  }
  return {
    create(call, planned) {
      const balancer = requireBalancer(call, kind.service, text(planned, "network_load_balancer_id"));
      const part = kind.make(call, balancer, planned, null);
      const id = partId(balancer, ...kind.path(planned, part.name));
      if (locate(call, id)) throw conflict(kind.service, `${part.name} exists already in ${balancer.id}.`, "name");
      kind.parent(balancer, idParts(id))?.push(part);
      call.world.changed();
      return readId(call, id) ?? {};
    },
    read: (call, state) => readId(call, text(state, "id")),
    update(call, prior, planned) {
      const id = text(prior, "id");
      const found = locate(call, id);
      if (!found) throw notFound(kind.service, id);
      Object.assign(found.part, kind.make(call, found.balancer, planned, found.part));
      call.world.changed();
      return readId(call, id) ?? {};
    },
    delete(call, state) {
      const found = locate(call, text(state, "id"));
      if (!found) return;
      kind.remove?.(found.balancer, found.part);
      found.list.splice(found.list.indexOf(found.part), 1);
      call.world.changed();
    },
    importState: readId,
  };
}
