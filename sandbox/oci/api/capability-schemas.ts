/** Capability schemas, which narrow what an image may be launched with, and Oracle's own that they narrow. */
import type { Attributes } from "../../plugin/resource.ts";
import type { CapabilitySchema } from "../../world/oci.ts";
import { capabilitySchemaResource, GLOBAL_SCHEMA } from "../capability-schema.ts";
import { notFound } from "../refusals.ts";
import { byRules, collection, shown } from "./collection.ts";
import { isObject } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Route } from "./route.ts";

const BASE = "/20160918";

const schemas = byRules<CapabilitySchema>({
  path: `${BASE}/computeImageCapabilitySchemas`,
  service: "Core Compute Image Capability Schema",
  resource: "oci_core_compute_image_capability_schema",
  type: capabilitySchemaResource,
  all: (tenancy) => tenancy.capabilitySchemas,
  // The provider's attribute has each capability as JSON in a string.
  prepare: ({ schemaData, ...body }) =>
    isObject(schemaData)
      ? {
          ...body,
          schemaData: Object.fromEntries(
            Object.entries(schemaData).map(([name, capability]) => [name, JSON.stringify(capability)]),
          ),
        }
      : { ...body, ...(schemaData !== undefined && { schemaData }) },
  view: (each) => ({
    displayName: each.displayName,
    imageId: each.imageId,
    computeGlobalImageCapabilitySchemaId: GLOBAL_SCHEMA.id,
    computeGlobalImageCapabilitySchemaVersionName: each.globalVersionName,
    schemaData: each.schemaData,
  }),
});

const globalSchema: Attributes = {
  id: GLOBAL_SCHEMA.id,
  compartmentId: null,
  currentVersionName: GLOBAL_SCHEMA.version,
  displayName: "OCI.ComputeGlobalImageCapabilitySchema",
  timeCreated: GLOBAL_SCHEMA.timeCreated,
  freeformTags: {},
  definedTags: {},
};

const globalVersion: Attributes = {
  name: GLOBAL_SCHEMA.version,
  computeGlobalImageCapabilitySchemaId: GLOBAL_SCHEMA.id,
  displayName: GLOBAL_SCHEMA.version,
  schemaData: GLOBAL_SCHEMA.data,
  timeCreated: GLOBAL_SCHEMA.timeCreated,
};

export const capabilitySchemaRoutes: readonly Route[] = [
  ...collection(schemas),
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas`,
    run: (asked) => listed(asked, [globalSchema]),
  },
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas/{id}`,
    run({ params }) {
      if (params.id !== GLOBAL_SCHEMA.id) throw notFound(schemas.service, params.id ?? "");
      return shown(globalSchema);
    },
  },
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas/{id}/versions`,
    run: (asked) => listed(asked, asked.params.id === GLOBAL_SCHEMA.id ? [globalVersion] : []),
  },
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas/{id}/versions/{name}`,
    run({ params }) {
      if (params.id !== GLOBAL_SCHEMA.id || params.name !== GLOBAL_SCHEMA.version)
        throw notFound(schemas.service, params.name ?? "");
      return shown(globalVersion);
    },
  },
];
