/** What dynamic routing gateways are attached to: VCNs. */
import { z } from "zod";
import type { Attributes } from "../../plugin/resource.ts";
import { isObject } from "../model/attributes.ts";
import { generatedName, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { conflict, notPlayed, referenced } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";
import { requireDrg } from "./drg.ts";
import { requireRouteTable } from "./route-table.ts";
import { requireVcn } from "./vcn.ts";

const SERVICE = "Core Drg Attachment";

const body = z.object({
  drgId: text,
  vcnId: text,
  displayName: generatedName,
  drgRouteTableId: text,
  routeTableId: maybeText,
  vcnRouteType: z.enum(["SUBNET_CIDRS", "VCN_CIDRS"]).default("SUBNET_CIDRS"),
  exportDrgRouteDistributionId: maybeText,
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    drgAttachments: Stored<z.output<typeof body>>[];
  }
}

/** What the body says by the older names, or inside the network's details. */
function network({ networkDetails = null, ...said }: Attributes): Attributes {
  if (!isObject(networkDetails)) return said;
  const { type = "VCN", id: vcnId = null, routeTableId = null, vcnRouteType = null } = networkDetails;
  if (type !== "VCN") throw notPlayed(`a Drg attachment of type ${String(type)}`, "network_details.type");
  const details: Attributes = { vcnId, routeTableId, vcnRouteType };
  return { ...said, ...Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null)) };
}

/** A VCN has one. */
export const drgAttachment: Resource<z.output<typeof body>> = {
  type: "oci_core_drg_attachment",
  service: SERVICE,
  path: "/20160918/drgAttachments",
  idType: "drgattachment",
  state: "ATTACHED",
  states: { creating: "ATTACHING", deleting: "DETACHING", deleted: "DETACHED" },
  without: ["move"],
  body,
  fixed: ["drgId", "vcnId"],
  hidden: ["vcnRouteType"],
  all: (tenancy) => tenancy.drgAttachments,
  prepare(given, { call, before }) {
    const said = network(given);
    if (before) return said;
    const drg = requireDrg(call, SERVICE, String(said.drgId));
    return {
      drgRouteTableId: drg.defaultDrgRouteTables.vcn,
      exportDrgRouteDistributionId: drg.defaultExportDrgRouteDistributionId,
      ...said,
      compartmentId: requireVcn(call, SERVICE, String(said.vcnId)).compartmentId,
    };
  },
  check({ vcnId, routeTableId, drgRouteTableId }, { call, before }) {
    const { drgAttachments, drgRouteTables } = call.world.state.oci;
    if (!before && drgAttachments.some((other) => other.vcnId === vcnId))
      throw conflict(SERVICE, `The Vcn ${vcnId} is attached to a Drg already.`, "vcn_id");
    if (routeTableId !== null) requireRouteTable(call, SERVICE, routeTableId, vcnId);
    requireObject(call, SERVICE, drgRouteTables, drgRouteTableId, "drg_route_table_id");
  },
  remove({ id, drgId }, call) {
    const { drgRouteTables, routeTables, drgAttachments } = call.world.state.oci;
    const rule = drgRouteTables.find(({ rules }) => rules.some((each) => each.nextHopDrgAttachmentId === id));
    if (rule) throw referenced(SERVICE, `The Drg attachment ${id}`, `Drg Route Table ${rule.id}`);
    const vcnId = drgAttachments.find((each) => each.id === id)?.vcnId;
    const table = routeTables.find(
      (each) => each.vcnId === vcnId && each.routeRules.some(({ networkEntityId }) => networkEntityId === drgId),
    );
    if (table) throw referenced(SERVICE, `The Drg attachment ${id}`, `Route Table ${table.id}`);
  },
  computed: ({ vcnId, routeTableId, vcnRouteType }) => ({
    isCrossTenancy: false,
    networkDetails: { type: "VCN", id: vcnId, routeTableId, vcnRouteType },
  }),
};
