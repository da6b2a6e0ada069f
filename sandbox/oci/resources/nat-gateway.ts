/** NAT gateways. */
import { z } from "zod";
import { AVAILABLE, flag, generatedName, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { conflict, limitExceeded } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";
import { takePublicAddress } from "./addresses.ts";
import { siblingId } from "./primary-address.ts";
import { requireNoRoute, requireRouteTable } from "./route-table.ts";

const SERVICE = "Core Nat Gateway";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  blockTraffic: flag.default(false),
  natIp: text,
  publicIpId: maybeText,
  routeTableId: maybeText,
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    natGateways: Stored<z.output<typeof body>>[];
  }
}

/** Lets a private subnet out. A free account has none (config/limits.ts); others have one in a VCN. */
export const natGateway: Resource<z.output<typeof body>> = {
  type: "oci_core_nat_gateway",
  service: SERVICE,
  path: "/20160918/natGateways",
  idType: "natgateway",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId", "publicIpId"],
  readOnly: ["natIp"],
  all: (tenancy) => tenancy.natGateways,
  prepare(said, { call, before }) {
    if (before) return said;
    const { publicIpId = null } = said;
    if (publicIpId === null) return { ...said, natIp: takePublicAddress(call, SERVICE) };
    const { publicIps } = call.world.state.oci;
    const reserved = requireObject(call, SERVICE, publicIps, String(publicIpId), "public_ip_id");
    if (reserved.privateIpId !== null) throw conflict(SERVICE, `The public IP ${reserved.id} is assigned already.`);
    return { ...said, natIp: reserved.ipAddress };
  },
  check({ vcnId, routeTableId }, { call, before }) {
    if (routeTableId !== null) requireRouteTable(call, SERVICE, routeTableId, vcnId);
    if (before) return;
    const { account, natGateways } = call.world.state.oci;
    const used = natGateways.filter((other) => other.vcnId === vcnId).length;
    const limit = account === "always-free" ? 0 : 1;
    if (used >= limit) throw limitExceeded(SERVICE, [`natGateways (limit ${limit}, used ${used}, asked 1 more)`]);
  },
  // Without a reserved one it has a public IP of its own.
  computed: ({ id, publicIpId }) => ({ publicIpId: publicIpId ?? siblingId(id, "publicip") }),
  remove: ({ id }, call) => requireNoRoute(call, SERVICE, `The NAT Gateway ${id}`, id),
};
