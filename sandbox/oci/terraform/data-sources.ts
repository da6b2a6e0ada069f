/** Data sources: what exists without being made by this lab. */
import type { Attributes, DataSource } from "../../plugin/resource.ts";
import { blocks, maybeFlag, maybeText, maybeTexts, text } from "../model/attributes.ts";
import { providerView } from "../kernel/terraform.ts";
import { type Image, image, imagesIn } from "../resources/image.ts";
import { invalid } from "../model/refusals.ts";
import { availabilityDomains, regionOf, wellKnownId } from "../model/regions.ts";
import { GLOBAL_SCHEMA } from "../model/global-capability-schema.ts";
import { providerTime, requireCompartment } from "../model/records.ts";

/** The provider's own `filter` blocks: each names an attribute and the values, or patterns, that it may have. */
function filtered(config: Attributes, items: readonly Attributes[]): readonly Attributes[] {
  return blocks(config, "filter").reduce((left, filter) => {
    const [name, values] = [text(filter, "name"), maybeTexts(filter, "values") ?? []];
    const patterns = maybeFlag(filter, "regex") === true ? values.map((value) => new RegExp(value)) : null;
    return left.filter((item) => {
      const value = String(item[name]);
      return patterns ? patterns.some((pattern) => pattern.test(value)) : values.includes(value);
    });
  }, items);
}

/** The availability domains of the provider's region. */
export const availabilityDomainsData: DataSource = {
  read(call, config) {
    const compartmentId = requireCompartment(call, "Identity Availability Domains", text(config, "compartment_id"));
    const region = regionOf(call);
    const domains = availabilityDomains(region, call.world.state.oci.adPrefix).map((name) => ({
      compartment_id: compartmentId,
      id: wellKnownId("availabilitydomain", region, name),
      name,
    }));
    return { id: `IdentityAvailabilityDomainsDataSource-${region}`, availability_domains: filtered(config, domains) };
  },
};

/** The tenancy's namespace in Object Storage. */
export const namespaceData: DataSource = {
  read: (call) => ({ id: "ObjectStorageNamespaceDataSource-0", namespace: call.world.state.oci.namespace }),
};

const NOT_IMPORTED = { image_source_details: [], instance_id: null };

/** The service's order: newest first by time, A to Z by name, either turned around by `sort_order`. */
function sorted(config: Attributes, images: readonly Image[]): readonly Image[] {
  const byName = maybeText(config, "sort_by") === "DISPLAYNAME";
  const order = maybeText(config, "sort_order") ?? (byName ? "ASC" : "DESC");
  const key = (each: Image): string => (byName ? each.displayName : each.timeCreated);
  const up = images.toSorted((a, b) => key(a).localeCompare(key(b)));
  return order === "ASC" ? up : up.toReversed();
}

/** Custom images and Oracle's own, as the config narrows them down. */
export const imagesData: DataSource = {
  read(call, config) {
    const compartmentId = requireCompartment(call, "Core Images", text(config, "compartment_id"));
    const order = maybeText(config, "sort_order");
    if (order !== null && order !== "ASC" && order !== "DESC")
      throw invalid("Core Images", `sortOrder ${order} is invalid: ASC or DESC.`, "sort_order");
    const exact = ["display_name", "operating_system", "operating_system_version", "state"];
    const shape = maybeText(config, "shape");
    const fitting = imagesIn(call, compartmentId).filter(
      (each) => shape === null || each.shapes.some((one) => one.shape === shape),
    );
    const all = sorted(config, fitting).map((each) => ({ ...NOT_IMPORTED, ...providerView(image, call, each) }));
    const isExact = (attributes: Attributes) => (name: string) =>
      maybeText(config, name) === null || attributes[name] === config[name];
    const images = filtered(
      config,
      all.filter((attributes) => exact.every(isExact(attributes))),
    );
    return { id: "CoreImagesDataSource-0", images };
  },
};

/** Oracle's global image capability schema. */
export const globalCapabilitySchemasData: DataSource = {
  read(call, config) {
    const compartmentId = maybeText(config, "compartment_id");
    if (compartmentId !== null) requireCompartment(call, "Core Compute Global Image Capability Schema", compartmentId);
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
