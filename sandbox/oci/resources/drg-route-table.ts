/** Route tables of dynamic routing gateways. */
import { z } from "zod";
import { flag, generatedName, maybeText, type Resource, type Stored, text, AVAILABLE } from "../kernel/resource.ts";
import { needed } from "../model/query.ts";
import { invalid, referenced } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";
import { requireDrg } from "./drg.ts";

const SERVICE = "Core Drg Route Table";

/** A static route. */
export const drgRouteRule = z.object({
  id: text,
  destination: text,
  destinationType: z.literal("CIDR_BLOCK"),
  nextHopDrgAttachmentId: text,
});

const body = z.object({
  drgId: text,
  displayName: generatedName,
  isEcmpEnabled: flag.default(false),
  importDrgRouteDistributionId: maybeText,
  rules: z.array(drgRouteRule).default([]),
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    drgRouteTables: Stored<z.output<typeof body>>[];
  }
}

/** Rules are changed by actions; what is imported is not worked out. */
export const drgRouteTable: Resource<z.output<typeof body>> = {
  type: "oci_core_drg_route_table",
  service: SERVICE,
  path: "/20160918/drgRouteTables",
  idType: "drgroutetable",
  ...AVAILABLE,
  states: { ...AVAILABLE.states, deleted: "TERMINATED" },
  without: ["move"],
  body,
  fixed: ["drgId"],
  readOnly: ["rules"],
  hidden: ["rules"],
  all: (tenancy) => tenancy.drgRouteTables,
  selected(query, call) {
    const of = requireDrg(call, SERVICE, needed(query, "drgId")).id;
    return call.world.state.oci.drgRouteTables.filter(({ drgId }) => drgId === of);
  },
  prepare: (said, { call, before }) =>
    before ? said : { ...said, compartmentId: requireDrg(call, SERVICE, String(said.drgId)).compartmentId },
  check({ importDrgRouteDistributionId: id }, { call }) {
    if (id === null) return;
    const found = requireObject(call, SERVICE, call.world.state.oci.drgRouteDistributions, id);
    if (found.distributionType !== "IMPORT") throw invalid(SERVICE, `${id} is no import route distribution.`);
  },
  remove({ id }, call) {
    const { drgs, drgAttachments } = call.world.state.oci;
    const attachment = drgAttachments.find(({ drgRouteTableId }) => drgRouteTableId === id);
    if (attachment) throw referenced(SERVICE, `The Drg Route Table ${id}`, `the Drg attachment ${attachment.id}`);
    const owner = drgs.find(({ defaultDrgRouteTables }) => Object.values(defaultDrgRouteTables).includes(id));
    if (owner) throw referenced(SERVICE, `The Drg Route Table ${id}`, `Drg ${owner.id}, whose default it is`);
  },
  inventoryName: ({ id, displayName }, { drgs }) =>
    drgs.some(({ defaultDrgRouteTables }) => Object.values(defaultDrgRouteTables).includes(id)) ? null : displayName,
};
