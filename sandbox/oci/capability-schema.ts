/** Compute image capability schemas: what of Oracle's global schema an image allows. */
import type { Attributes, Call, DataSource, Json, ResourceType } from "../plugin/resource.ts";
import type { CapabilitySchema, OciObject } from "../world/oci.ts";
import { maybeText, text } from "./attributes.ts";
import { conflict, invalid } from "./refusals.ts";
import { defaultName, newObject, providerTime, requireCompartment, requireObject, stored } from "./stored.ts";

const SERVICE = "Core Compute Image Capability Schema";

function choice(values: readonly string[], value: string): Json {
  return { descriptorType: "enumstring", source: "GLOBAL", values, defaultValue: value };
}

function flag(value: boolean): Json {
  return { descriptorType: "boolean", source: "GLOBAL", defaultValue: value };
}

const VOLUMES = ["ISCSI", "PARAVIRTUALIZED", "SCSI", "IDE", "NVME"];

/** Oracle's own schema: names, values and defaults as freebsd-src release/scripts/oracle has them of an export. */
export const GLOBAL_SCHEMA = {
  id: "ocid1.computeglobalimgcapschema.oc1..aaaaaaaasandbox",
  version: "0a5d2cbd-1d5f-4b4e-9e3f-7c1f0a3f6d11",
  timeCreated: "2023-05-01T00:00:00.000Z",
  data: {
    "Compute.AMD_SecureEncryptedVirtualization": flag(false),
    "Compute.Firmware": choice(["BIOS", "UEFI_64"], "UEFI_64"),
    "Compute.LaunchMode": choice(["NATIVE", "EMULATED", "VDPA", "PARAVIRTUALIZED", "CUSTOM"], "PARAVIRTUALIZED"),
    "Compute.SecureBoot": flag(false),
    "Network.AttachmentType": choice(["VFIO", "PARAVIRTUALIZED", "E1000", "VDPA"], "PARAVIRTUALIZED"),
    "Network.IPv6Only": flag(false),
    "Storage.BootVolumeType": choice(VOLUMES, "PARAVIRTUALIZED"),
    "Storage.ConsistentVolumeNaming": flag(true),
    "Storage.Iscsi.MultipathDeviceSupported": flag(false),
    "Storage.LocalDataVolumeType": choice(VOLUMES, "PARAVIRTUALIZED"),
    "Storage.ParaVirtualization.AttachmentVersion": {
      descriptorType: "enuminteger",
      source: "GLOBAL",
      values: [1, 2],
      defaultValue: 2,
    },
    "Storage.ParaVirtualization.EncryptionInTransit": flag(true),
    "Storage.RemoteDataVolumeType": choice(VOLUMES, "PARAVIRTUALIZED"),
  },
} as const satisfies { readonly data: Readonly<Record<string, Json>>; readonly [field: string]: Json };

/** Which capabilities there are is the global schema's; what they allow is kept as it came. */
function requireKnown(data: Json): Json {
  const names = typeof data === "object" && data !== null ? Object.keys(data) : [];
  const strange = names.find((name) => !Object.hasOwn(GLOBAL_SCHEMA.data, name));
  if (strange !== undefined)
    throw invalid(
      SERVICE,
      `schemaData has ${strange}; the global schema has ${Object.keys(GLOBAL_SCHEMA.data).join(", ")}.`,
      "schema_data",
    );
  return data;
}

const capabilitySchema = stored<CapabilitySchema>({
  service: SERVICE,
  all: (tenancy) => tenancy.capabilitySchemas,
  attributes: (each) => ({
    compute_global_image_capability_schema_version_name: each.globalVersionName,
    display_name: each.displayName,
    image_id: each.imageId,
    schema_data: each.schemaData,
  }),
  create(call, planned) {
    const { images, capabilitySchemas } = call.world.state.oci;
    const { id } = requireObject(call, SERVICE, images, text(planned, "image_id"), "image_id");
    if (capabilitySchemas.some(({ imageId }) => imageId === id))
      throw conflict(SERVICE, `Image ${id} has a capability schema.`, "image_id");
    return {
      ...newObject(call, SERVICE, "computeimagecapabilityschema", planned),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "computeimagecapabilityschema"),
      imageId: id,
      globalVersionName: text(planned, "compute_global_image_capability_schema_version_name"),
      schemaData: requireKnown(planned.schema_data ?? {}),
    };
  },
  update(_call, record, planned) {
    record.schemaData = requireKnown(planned.schema_data ?? record.schemaData);
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
});

/** What OCI attaches to an image by itself in some regions, us-phoenix-1 for one (scylladb/scylla-machine-image#993). */
export function attachedSchema(call: Call, image: OciObject): CapabilitySchema {
  return {
    ...newObject(call, SERVICE, "computeimagecapabilityschema", { compartment_id: image.compartmentId }),
    displayName: defaultName(call, "computeimagecapabilityschema"),
    imageId: image.id,
    globalVersionName: GLOBAL_SCHEMA.version,
    schemaData: { "Compute.Firmware": choice(["BIOS", "UEFI_64"], "UEFI_64") },
  };
}

/** Terraform has each capability as JSON in a string, and the API as it is. */
function parsed(planned: Attributes): Attributes {
  const data = planned.schema_data;
  if (typeof data !== "object" || data === null || Array.isArray(data)) return planned;
  const capabilities = Object.entries(data).map(([name, value]) => [name, capability(name, value)]);
  return { ...planned, schema_data: Object.fromEntries(capabilities) };
}

function capability(name: string, value: Json): Json {
  try {
    return JSON.parse(String(value));
  } catch {
    throw invalid(SERVICE, `schemaData: ${name} is not JSON: ${String(value)}.`, "schema_data");
  }
}

function told(attributes: Attributes): Attributes {
  const capabilities = Object.entries(attributes.schema_data ?? {}).map(([name, value]) => [
    name,
    JSON.stringify(value),
  ]);
  return {
    ...attributes,
    compute_global_image_capability_schema_id: GLOBAL_SCHEMA.id,
    schema_data: Object.fromEntries(capabilities),
  };
}

const orNull = (attributes: Attributes | null): Attributes | null => attributes && told(attributes);

/** The same for Terraform. */
export const capabilitySchemaResource: ResourceType = {
  create: async (call, planned) => told(await capabilitySchema.create(call, parsed(planned))),
  read: (call, state) => orNull(capabilitySchema.read(call, state)),
  update: async (call, prior, planned) => told((await capabilitySchema.update?.(call, prior, parsed(planned))) ?? {}),
  delete: (call, state) => capabilitySchema.delete(call, state),
  importState: (call, id) => orNull(capabilitySchema.importState?.(call, id) ?? null),
};

export const globalCapabilitySchemasData: DataSource = {
  read(call: Call, config) {
    const compartmentId = maybeText(config, "compartment_id");
    if (compartmentId !== null) requireCompartment(call, SERVICE, compartmentId);
    const { id, version, timeCreated } = GLOBAL_SCHEMA;
    const schema = {
      id,
      compartment_id: null,
      current_version_name: version,
      defined_tags: {},
      display_name: "OCI.ComputeGlobalImageCapabilitySchema",
      freeform_tags: {},
      time_created: providerTime(timeCreated),
    };
    return {
      id: "CoreComputeGlobalImageCapabilitySchemasDataSource-0",
      compute_global_image_capability_schemas: [schema],
    };
  },
};
