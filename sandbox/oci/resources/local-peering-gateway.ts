/** Local peering gateways: two of them connect two VCNs of a region. */
import { z } from "zod";
import { AVAILABLE, generatedName, kept, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { limitExceeded } from "../model/refusals.ts";
import { requireNoRoute, requireRouteTable } from "./route-table.ts";

const SERVICE = "Core Local Peering Gateway";

/** Oracle's page on networking limits. */
const MOST_IN_VCN = 10;

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  routeTableId: maybeText,
  securityAttributes: kept,
  /** The gateway at the other end, once they are connected. */
  peer: maybeText,
});

/** One end of a connection. */
export type LocalPeeringGateway = Stored<z.output<typeof body>>;

declare module "../../world/oci.ts" {
  interface OciTenancy {
    localPeeringGateways: LocalPeeringGateway[];
  }
}

/** An account that was never upgraded has none. */
export const localPeeringGateway: Resource<z.output<typeof body>> = {
  type: "oci_core_local_peering_gateway",
  service: SERVICE,
  path: "/20160918/localPeeringGateways",
  idType: "localpeeringgateway",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId"],
  readOnly: ["peer"],
  hidden: ["peer"],
  all: (tenancy) => tenancy.localPeeringGateways,
  check({ vcnId, routeTableId }, { call, before }) {
    if (routeTableId !== null) requireRouteTable(call, SERVICE, routeTableId, vcnId);
    if (before) return;
    const { account, localPeeringGateways } = call.world.state.oci;
    const used = localPeeringGateways.filter((other) => other.vcnId === vcnId).length;
    const limit = account === "always-free" ? 0 : MOST_IN_VCN;
    if (used >= limit)
      throw limitExceeded(SERVICE, [`localPeeringGateways (limit ${limit}, used ${used}, asked 1 more)`]);
  },
  remove({ id, peer }, call) {
    requireNoRoute(call, SERVICE, `The Local Peering Gateway ${id}`, id);
    // The other end stays, and says that nobody is there any more.
    for (const other of call.world.state.oci.localPeeringGateways) if (other.id === peer) other.peer = "gone";
  },
  computed({ peer }, { localPeeringGateways, vcns }) {
    const other = localPeeringGateways.find(({ id }) => id === peer);
    const cidrs = vcns.find(({ id }) => id === other?.vcnId)?.cidrBlocks ?? [];
    return {
      isCrossTenancyPeering: false,
      peerId: other?.id ?? null,
      peerAdvertisedCidr: cidrs[0] ?? null,
      peerAdvertisedCidrDetails: cidrs,
      peeringStatus: other ? "PEERED" : peer === null ? "NEW" : "REVOKED",
      peeringStatusDetails: other ? "Connected to a peer." : "Not connected to a peer.",
    };
  },
};
