/** Backends of network load balancers: an address each, or the private address of an instance. */
import { z } from "zod";
import { parseAddress } from "../../../config/cidr.ts";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { maybeText as said } from "../model/attributes.ts";
import type { Part } from "../kernel/part.ts";
import { flag, maybeText, text } from "../kernel/resource.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { find } from "../model/records.ts";
import { byName, type NetworkBalancerBody, networkLoadBalancer } from "./network-load-balancer.ts";

const SERVICE = "Network Load Balancer Backend";

const body = z.object({
  name: text,
  ipAddress: maybeText,
  targetId: maybeText,
  port: z.number(),
  weight: z.number().default(1),
  isBackup: flag.default(false),
  isDrain: flag.default(false),
  isOffline: flag.default(false),
});

/** A backend, as its set keeps it. */
export type Backend = z.output<typeof body>;

/** @throws ServiceRefusal 400 for what is no port */
export function requirePort(service: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw invalid(service, `port ${value} is not valid: 1 to 65535.`, "port");
}

function addressOf(call: ProviderContext, given: Attributes): string {
  const targetId = said(given, "targetId");
  if (targetId !== null) {
    const target = find(call, call.world.state.oci.instances, targetId);
    if (target === null) throw notFound(SERVICE, `target ${targetId}`, "target_id");
    return target.privateIp;
  }
  const ipAddress = said(given, "ipAddress");
  if (ipAddress === null) throw invalid(SERVICE, "A backend needs ipAddress or targetId.", "ip_address");
  if (parseAddress(ipAddress) === null)
    throw invalid(SERVICE, `ipAddress ${ipAddress} is no IPv4 address.`, "ip_address");
  return ipAddress;
}

/** With its address, and as the provider names one that has no name. */
export function newBackend(given: Attributes, call: ProviderContext): Attributes {
  const ipAddress = addressOf(call, given);
  const target = said(given, "targetId");
  const name = target === null ? `${ipAddress}:${String(given.port)}` : `${target}.${String(given.port)}`;
  return { name, ...given, ipAddress };
}

/** An address, or an instance, and a port: these stay. */
export const backend: Part<NetworkBalancerBody, Backend> = {
  type: "oci_network_load_balancer_backend",
  service: SERVICE,
  idType: "backend",
  operation: "BACKEND",
  parent: networkLoadBalancer,
  path: "backendSets/{set}/backends",
  place: { id: "network_load_balancer_id", set: "backend_set_name" },
  key: "name",
  body,
  fixed: ["name", "ipAddress", "targetId", "port"],
  all: ({ backendSets }, { set }) => byName(backendSets, set)?.backends ?? null,
  places: ({ id, backendSets }) => backendSets.map(({ name }) => ({ id, set: name })),
  prepare: (given, { call, before }) => (before ? given : newBackend(given, call)),
  check: ({ port }) => requirePort(SERVICE, port),
};
