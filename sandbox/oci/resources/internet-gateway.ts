/** Internet gateways. */
import { z } from "zod";
import { AVAILABLE, flag, generatedName, maybeText, type Resource, text, type Stored } from "../kernel/resource.ts";
import { limitExceeded } from "../model/refusals.ts";
import { requireNoRoute } from "./route-table.ts";

const SERVICE = "Core Internet Gateway";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  isEnabled: flag.default(true),
  routeTableId: maybeText,
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    internetGateways: Stored<z.output<typeof body>>[];
  }
}

/** A VCN has one at most. */
export const internetGateway: Resource<z.output<typeof body>> = {
  type: "oci_core_internet_gateway",
  service: SERVICE,
  path: "/20160918/internetGateways",
  idType: "internetgateway",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId"],
  renames: { enabled: "isEnabled" },
  all: (tenancy) => tenancy.internetGateways,
  check({ vcnId }, { call, before }) {
    const { internetGateways } = call.world.state.oci;
    if (internetGateways.some((other) => other.vcnId === vcnId && other.id !== before?.id))
      throw limitExceeded(SERVICE, ["internet-gateway-count (limit 1 in a VCN)"]);
  },
  remove: ({ id }, call) => requireNoRoute(call, SERVICE, `The Internet Gateway ${id}`, id),
};
