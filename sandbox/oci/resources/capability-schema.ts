/** Compute image capability schemas: what of Oracle's global schema an image allows. */
import { z } from "zod";
import type { Attributes, ProviderContext, Json } from "../../plugin/resource.ts";
import { isObject } from "../model/attributes.ts";
import { choice, GLOBAL_SCHEMA } from "../model/global-capability-schema.ts";
import { commonFields } from "../kernel/operations.ts";
import { generatedName, type Resource, type Stored, text } from "../kernel/resource.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { defaultName, requireObject } from "../model/records.ts";

const SERVICE = "Core Compute Image Capability Schema";

const body = z.object({
  displayName: generatedName,
  imageId: text,
  computeGlobalImageCapabilitySchemaVersionName: text,
  schemaData: z.record(z.string(), z.json()).default({}),
});

/** Terraform has each capability as JSON in a text, and the API as it is. */
function capability(name: string, value: Json): Json {
  try {
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    throw invalid(SERVICE, `schemaData: ${name} is not JSON: ${String(value)}.`, "schema_data");
  }
}

function parsed(schemaData: Attributes): Attributes {
  return Object.fromEntries(Object.entries(schemaData).map(([name, value]) => [name, capability(name, value)]));
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    capabilitySchemas: Stored<z.output<typeof body>>[];
  }
}

/** An image has one at most. */
export const capabilitySchema: Resource<z.output<typeof body>> = {
  type: "oci_core_compute_image_capability_schema",
  service: SERVICE,
  path: "/20160918/computeImageCapabilitySchemas",
  idType: "computeimagecapabilityschema",
  body,
  fixed: ["imageId", "computeGlobalImageCapabilitySchemaVersionName"],
  all: (tenancy) => tenancy.capabilitySchemas,
  prepare: ({ schemaData = null, ...said }) =>
    schemaData === null ? said : { ...said, schemaData: isObject(schemaData) ? parsed(schemaData) : schemaData },
  check({ imageId, schemaData }, { call, before }) {
    const { images, capabilitySchemas } = call.world.state.oci;
    if (!before) requireObject(call, SERVICE, images, imageId, "image_id");
    if (capabilitySchemas.some((other) => other.imageId === imageId && other.id !== before?.id))
      throw conflict(SERVICE, `Image ${imageId} has a capability schema.`, "image_id");
    // Which capabilities there are is the global schema's; what they allow is kept as it came.
    const strange = Object.keys(schemaData).find((name) => !Object.hasOwn(GLOBAL_SCHEMA.data, name));
    if (strange !== undefined)
      throw invalid(
        SERVICE,
        `schemaData has ${strange}; the global schema has ${Object.keys(GLOBAL_SCHEMA.data).join(", ")}.`,
        "schema_data",
      );
  },
  computed: () => ({ computeGlobalImageCapabilitySchemaId: GLOBAL_SCHEMA.id }),
};

/** What OCI attaches to an image by itself in some regions, us-phoenix-1 for one (scylladb/scylla-machine-image#993). */
export function attachedSchema(
  call: ProviderContext,
  image: { readonly id: string; readonly compartmentId: string },
): Stored<z.output<typeof body>> {
  return {
    ...commonFields(capabilitySchema, { compartmentId: image.compartmentId }, { call, before: null }),
    displayName: defaultName(call, "computeimagecapabilityschema"),
    imageId: image.id,
    computeGlobalImageCapabilitySchemaVersionName: GLOBAL_SCHEMA.version,
    schemaData: { "Compute.Firmware": choice(["BIOS", "UEFI_64"], "UEFI_64") },
  };
}
