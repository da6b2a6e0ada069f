/** Oracle's own capability schema, which those of images narrow. */
import type { Attributes } from "../../plugin/resource.ts";
import { GLOBAL_SCHEMA } from "../model/global-capability-schema.ts";
import { notFound } from "../model/refusals.ts";
import { shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Route } from "../http/route.ts";

const SERVICE = "Core Compute Global Image Capability Schema";
const BASE = "/20160918";

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

/** Calls on the global capability schema: it is read only. */
export const capabilitySchemaRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas`,
    run: (request) => listed(request, [globalSchema]),
  },
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas/{id}`,
    run({ params }) {
      if (params.id !== GLOBAL_SCHEMA.id) throw notFound(SERVICE, params.id ?? "");
      return shown(globalSchema);
    },
  },
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas/{id}/versions`,
    run: (request) => listed(request, request.params.id === GLOBAL_SCHEMA.id ? [globalVersion] : []),
  },
  {
    method: "GET",
    path: `${BASE}/computeGlobalImageCapabilitySchemas/{id}/versions/{name}`,
    run({ params }) {
      if (params.id !== GLOBAL_SCHEMA.id || params.name !== GLOBAL_SCHEMA.version)
        throw notFound(SERVICE, params.name ?? "");
      return shown(globalVersion);
    },
  },
];
