/** What of a virtual network has calls of its own: a VCN's networks, and peering. */
import { overlaps } from "../../../config/cidr.ts";
import { change } from "../kernel/operations.ts";
import type { Attributes } from "../../plugin/resource.ts";
import { requireCidr } from "../model/ipv4.ts";
import { requireObject } from "../model/records.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { localPeeringGateway } from "../resources/local-peering-gateway.ts";
import { vcn } from "../resources/vcn.ts";
import { record, shown, viewOf } from "../http/collection.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";

/** Networks of a VCN are changed by actions; core's work requests would be looked for at Oracle, so there is none. */
function changeCidrs(request: ApiRequest, to: (cidrs: readonly string[]) => readonly string[]): Attributes {
  const found = record(request, vcn);
  change(vcn, request.call, found, { cidrBlocks: to(found.cidrBlocks) });
  return viewOf(request, vcn, found);
}

function cidrOf({ body }: ApiRequest, field: string): string {
  const cidr = body[field];
  if (typeof cidr === "string") return cidr;
  throw invalid("Core Vcn", `${field} is required.`);
}

/** Calls on a VCN's networks, and on peering. */
export const networkRoutes: readonly Route[] = [
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/addCidr`,
    run: (request) => shown(changeCidrs(request, (cidrs) => [...cidrs, cidrOf(request, "cidrBlock")])),
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/removeCidr`,
    run: (request) => {
      const gone = cidrOf(request, "cidrBlock");
      return shown(changeCidrs(request, (cidrs) => cidrs.filter((cidr) => cidr !== gone)));
    },
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/modifyCidr`,
    run: (request) => {
      const [old, fresh] = [cidrOf(request, "originalCidrBlock"), cidrOf(request, "newCidrBlock")];
      return shown(changeCidrs(request, (cidrs) => cidrs.map((cidr) => (cidr === old ? fresh : cidr))));
    },
  },
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
