/** What of a virtual network has calls of its own: a VCN's networks, and peering. */
import { overlaps } from "../../../config/cidr.ts";
import { change } from "../kernel/operations.ts";
import type { Resource, Stored } from "../kernel/resource.ts";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { isObject } from "../model/attributes.ts";
import { requireCidr } from "../model/ipv4.ts";
import { fullCidr6, requireCidr6 } from "../model/ipv6.ts";
import { requireObject } from "../model/records.ts";
import { conflict, invalid, notPlayed } from "../model/refusals.ts";
import { localPeeringGateway } from "../resources/local-peering-gateway.ts";
import { subnet } from "../resources/subnet.ts";
import { vcn } from "../resources/vcn.ts";
import { current, record, shown, viewOf } from "../http/collection.ts";
import type { ApiRequest, Route } from "../http/route.ts";

/** An action on a network; core's work requests would be looked for at Oracle, so there is none. */
function action<B extends Attributes>(
  d: Resource<B>,
  name: string,
  to: (found: Stored<B>, request: ApiRequest) => Attributes,
): Route {
  return {
    method: "POST",
    path: `${d.path}/{id}/actions/${name}`,
    run(request) {
      const found = record(request, d);
      change(d, request.call, found, to(found, request));
      return shown(viewOf(request, d, found));
    },
  };
}

function cidrOf({ body }: ApiRequest, field: string): string {
  const cidr = body[field];
  if (typeof cidr === "string") return cidr;
  throw invalid("Core Vcn", `${field} is required.`);
}

function added(request: ApiRequest, field: string, cidrs: readonly string[]): readonly string[] {
  return [...cidrs, cidrOf(request, field)];
}

function removed(request: ApiRequest, field: string, cidrs: readonly string[]): readonly string[] {
  const gone = cidrOf(request, field);
  const written = gone.includes(":") ? [gone, fullCidr6(requireCidr6("Core Vcn", gone, field))] : [gone];
  return cidrs.filter((cidr) => !written.includes(cidr));
}

/** What instructions of a PATCH come to (oracle/oci-go-sdk v65, PatchVcnReplaceInstruction). @param selections by what they select */
function patched({ body }: ApiRequest, service: string, field: string, selections: Readonly<Record<string, string>>) {
  const instructions = body[field];
  if (!Array.isArray(instructions)) throw invalid(service, `${field} is required.`);
  const entries = instructions.flatMap((each: Json): [string, Json][] => {
    const { operation, selection, value }: Attributes = isObject(each) ? each : {};
    const to = selections[String(selection)];
    if (operation !== "REPLACE") throw invalid(service, `operation ${String(operation)} is not valid: REPLACE.`);
    const { cidr = null, cidrs = [] }: Attributes = isObject(value ?? null) ? Object(value) : {};
    // None of what nobody has here is how it is.
    if (to === undefined && cidr === null && Array.isArray(cidrs) && cidrs.length === 0) return [];
    if (to === undefined) throw notPlayed(`selection ${String(selection)}`);
    return [[to, cidr === null ? cidrs : [cidr]]];
  });
  return Object.fromEntries(entries);
}

function patch<B extends Attributes>(
  d: Resource<B>,
  field: string,
  selections: Readonly<Record<string, string>>,
): Route {
  return {
    method: "PATCH",
    path: `${d.path}/{id}`,
    run(request) {
      const found = current(request, d);
      change(d, request.call, found, patched(request, d.service, field, selections));
      return shown(viewOf(request, d, found));
    },
  };
}

function modified(request: ApiRequest, from: string, to: string, cidrs: readonly string[]): readonly string[] {
  const [old, fresh] = [cidrOf(request, from), cidrOf(request, to)];
  return cidrs.map((cidr) => (cidr === old ? fresh : cidr));
}

/** Calls on a VCN's networks, and on peering. */
export const networkRoutes: readonly Route[] = [
  patch(vcn, "patchVcnInstructions", { ipv6PrivateCidrBlocks: "ipv6PrivateCidrBlocks" }),
  patch(subnet, "patchSubnetInstructions", { ipv6CidrBlock: "ipv6CidrBlocks", ipv6CidrBlocks: "ipv6CidrBlocks" }),
  action(vcn, "addCidr", ({ cidrBlocks }, request) => ({ cidrBlocks: added(request, "cidrBlock", cidrBlocks) })),
  action(vcn, "removeCidr", ({ cidrBlocks }, request) => ({ cidrBlocks: removed(request, "cidrBlock", cidrBlocks) })),
  action(vcn, "modifyCidr", ({ cidrBlocks }, request) => ({
    cidrBlocks: modified(request, "originalCidrBlock", "newCidrBlock", cidrBlocks),
  })),
  action(vcn, "addIpv6Cidr", ({ ipv6PrivateCidrBlocks }, request) =>
    request.body.isOracleGuaAllocationEnabled === true
      ? { isIpv6Enabled: true }
      : { ipv6PrivateCidrBlocks: added(request, "ipv6PrivateCidrBlock", ipv6PrivateCidrBlocks) },
  ),
  action(vcn, "removeIpv6Cidr", ({ ipv6CidrBlocks, ipv6PrivateCidrBlocks }, request) =>
    ipv6CidrBlocks.includes(cidrOf(request, "ipv6CidrBlock"))
      ? { isOracleGuaAllocationEnabled: false }
      : { ipv6PrivateCidrBlocks: removed(request, "ipv6CidrBlock", ipv6PrivateCidrBlocks) },
  ),
  action(subnet, "addIpv4Cidr", ({ ipv4CidrBlocks }, request) => ({
    ipv4CidrBlocks: added(request, "ipv4CidrBlock", ipv4CidrBlocks),
  })),
  action(subnet, "removeIpv4Cidr", ({ ipv4CidrBlocks }, request) => ({
    ipv4CidrBlocks: removed(request, "ipv4CidrBlock", ipv4CidrBlocks),
  })),
  action(subnet, "modifyIpv4Cidr", ({ ipv4CidrBlocks }, request) => ({
    ipv4CidrBlocks: modified(request, "ipv4CidrBlock", "updatedIpv4CidrBlock", ipv4CidrBlocks),
  })),
  action(subnet, "addIpv6Cidr", ({ ipv6CidrBlocks }, request) => ({
    ipv6CidrBlocks: added(request, "ipv6CidrBlock", ipv6CidrBlocks),
  })),
  action(subnet, "removeIpv6Cidr", ({ ipv6CidrBlocks }, request) => ({
    ipv6CidrBlocks: removed(request, "ipv6CidrBlock", ipv6CidrBlocks),
  })),
  {
    method: "POST",
    path: `${localPeeringGateway.path}/{id}/actions/connect`,
    run(request) {
      const { service } = localPeeringGateway;
      const found = record(request, localPeeringGateway);
      const { localPeeringGateways: all, vcns } = request.call.world.state.oci;
      const peer = requireObject(request.call, service, all, String(request.body.peerId), "peer_id");
      if (found.peer !== null || peer.peer !== null) throw conflict(service, `${found.id} or ${peer.id} has a peer.`);
      const cidrs = [found, peer].flatMap((each) => vcns.find(({ id }) => id === each.vcnId)?.cidrBlocks ?? []);
      const parsed = cidrs.map((cidr) => requireCidr(service, cidr, "peer_id"));
      if (parsed.some((cidr, at) => parsed.slice(0, at).some((other) => overlaps(other, cidr))))
        throw invalid(service, `The VCNs of ${found.id} and ${peer.id} have CIDRs that overlap.`, "peer_id");
      [found.peer, peer.peer] = [peer.id, found.id];
      request.call.world.changed();
      return { status: 204 };
    },
  },
];
