/** Data sources: what exists without being made by this lab. */
import type { Attributes, Call, DataSource } from "../plugin/resource.ts";
import { blocks, maybeFlag, maybeText, maybeTexts, text } from "./attributes.ts";
import { firmware, imageLaunchOptions } from "./image.ts";
import { platformImages } from "./platform-images.ts";
import { invalid } from "./refusals.ts";
import { availabilityDomains, regionOf, wellKnownId } from "./regions.ts";
import { providerTime, requireCompartment } from "./stored.ts";

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

export const namespaceData: DataSource = {
  read: (call) => ({ id: "ObjectStorageNamespaceDataSource-0", namespace: call.world.state.oci.namespace }),
};

interface FoundImage {
  readonly attributes: Attributes;
  readonly shapes: readonly string[];
  readonly timeCreated: string;
}

const NOT_IMPORTED = { base_image_id: null, image_source_details: [], instance_id: null, listing_type: null };

function foundPlatformImages(call: Call): readonly FoundImage[] {
  return platformImages(regionOf(call)).map((image) => ({
    shapes: [image.shape],
    timeCreated: image.timeCreated,
    attributes: {
      ...NOT_IMPORTED,
      id: image.id,
      agent_features: [{ is_management_supported: true, is_monitoring_supported: true }],
      billable_size_in_gbs: "2",
      compartment_id: null,
      create_image_allowed: true,
      defined_tags: {},
      display_name: image.displayName,
      freeform_tags: {},
      launch_mode: "NATIVE",
      launch_options: [imageLaunchOptions("UEFI_64")],
      operating_system: image.operatingSystem,
      operating_system_version: image.version,
      size_in_mbs: "47694",
      state: "AVAILABLE",
      time_created: providerTime(image.timeCreated),
    },
  }));
}

function foundCustomImages(call: Call, compartmentId: string): readonly FoundImage[] {
  const here = call.world.state.oci.images.filter((image) => image.compartmentId === compartmentId);
  return here.map((image) => ({
    shapes: image.shapes.map(({ name }) => name),
    timeCreated: image.timeCreated,
    attributes: {
      ...NOT_IMPORTED,
      id: image.id,
      agent_features: [{ is_management_supported: false, is_monitoring_supported: false }],
      billable_size_in_gbs: String(Math.ceil(image.sizeInMbs / 1024)),
      compartment_id: image.compartmentId,
      create_image_allowed: true,
      defined_tags: image.definedTags,
      display_name: image.displayName,
      freeform_tags: image.freeformTags,
      launch_mode: image.launchMode,
      launch_options: [imageLaunchOptions(firmware(image))],
      operating_system: image.operatingSystem,
      operating_system_version: image.operatingSystemVersion,
      size_in_mbs: String(image.sizeInMbs),
      state: "AVAILABLE",
      time_created: providerTime(image.timeCreated),
    },
  }));
}

/** The service's order: newest first by time, A to Z by name, either turned around by `sort_order`. */
function sorted(config: Attributes, images: readonly FoundImage[]): readonly FoundImage[] {
  const byName = maybeText(config, "sort_by") === "DISPLAYNAME";
  const order = maybeText(config, "sort_order") ?? (byName ? "ASC" : "DESC");
  const key = (image: FoundImage): string => (byName ? String(image.attributes.display_name) : image.timeCreated);
  const up = images.toSorted((a, b) => key(a).localeCompare(key(b)));
  return order === "ASC" ? up : up.toReversed();
}

export const imagesData: DataSource = {
  read(call, config) {
    const compartmentId = requireCompartment(call, "Core Images", text(config, "compartment_id"));
    const order = maybeText(config, "sort_order");
    if (order !== null && order !== "ASC" && order !== "DESC")
      throw invalid("Core Images", `sortOrder ${order} is invalid: ASC or DESC.`, "sort_order");
    const exact = ["display_name", "operating_system", "operating_system_version", "state"];
    const shape = maybeText(config, "shape");
    const all = [...foundCustomImages(call, compartmentId), ...foundPlatformImages(call)];
    const matching = all.filter(
      ({ attributes, shapes }) =>
        exact.every((name) => maybeText(config, name) === null || attributes[name] === config[name]) &&
        (shape === null || shapes.includes(shape)),
    );
    const images = filtered(
      config,
      sorted(config, matching).map(({ attributes }) => attributes),
    );
    return { id: "CoreImagesDataSource-0", images };
  },
};
