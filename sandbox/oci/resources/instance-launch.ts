/** What the compute service makes of a launch or a change, and what it refuses. */
import { z } from "zod";
import { isExhausted } from "../../faults/conditions.ts";
import type { Attributes, ProviderContext, Json } from "../../plugin/resource.ts";
import { definedTagsOf, parsed } from "../kernel/operations.ts";
import { blocks, maybeText as said, text as required } from "../model/attributes.ts";
import { kept, tags } from "../kernel/resource.ts";
import { requireRoom } from "../model/limits.ts";
import { invalid, notFound, outOfCapacity } from "../model/refusals.ts";
import { FAULT_DOMAINS, hasShape, requireAvailabilityDomain } from "../model/regions.ts";
import { A1_SHAPE, MICRO_SHAPE, type ShapeSize, shapeSize } from "../model/shapes.ts";
import { defaultName, requireObject } from "../model/records.ts";
import { imageLaunchOptions } from "./image.ts";
import type { Instance } from "./instance.ts";
import { bootSource, inside } from "./instance-source.ts";
import { platformConfig } from "./platform-config.ts";
import { attachVnic, changedVnic } from "./vnic.ts";
import { requireVnics } from "./vnic-attachment.ts";

const SERVICE = "Core Instance";

const shapeBody = z.object({
  ocpus: z.number().nullish(),
  memoryInGBs: z.number().nullish(),
  baselineOcpuUtilization: kept,
});

/** Where a launch goes: into the fault domain it names, else into the emptiest that has room. @throws 500 without room. */
function launchDomain(call: ProviderContext, wanted: string | null, availabilityDomain: string, shape: string): string {
  const hasRoom = (name: string): boolean => !isExhausted(call.world, { availabilityDomain, faultDomain: name, shape });
  const chosen = faultDomain(call, wanted, availabilityDomain, hasRoom);
  if (!hasRoom(chosen)) throw outOfCapacity(SERVICE);
  return chosen;
}

/** The fault domain that is named, else the emptiest. @param hasRoom those that it may be rather than others */
export function faultDomain(
  call: ProviderContext,
  wanted: string | null,
  availabilityDomain: string,
  hasRoom: (name: string) => boolean = () => true,
): string {
  if (wanted !== null) {
    const found = FAULT_DOMAINS.find((name) => name === wanted.toUpperCase());
    if (found === undefined)
      throw invalid(SERVICE, `faultDomain ${wanted} is not valid: ${FAULT_DOMAINS.join(", ")}.`, "fault_domain");
    return found;
  }
  const { instances } = call.world.state.oci;
  const load = (name: string): number =>
    instances.filter((other) => other.availabilityDomain === availabilityDomain && other.faultDomain === name).length;
  const best = FAULT_DOMAINS.toSorted((a, b) => Number(hasRoom(b)) - Number(hasRoom(a)) || load(a) - load(b));
  return best[0] ?? FAULT_DOMAINS[0];
}

/** `user_data` is base64; all metadata together 32,000 bytes at most. */
function userData(metadata: Readonly<Record<string, string>>): string {
  const size = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  if (size > 32_000) throw invalid(SERVICE, `The metadata has ${size} bytes; 32000 are allowed.`, "metadata");
  const encoded = metadata.user_data ?? "";
  const decoded = Buffer.from(encoded, "base64");
  if (decoded.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, ""))
    throw invalid(SERVICE, "metadata user_data must be base64.", "metadata");
  return decoded.toString("utf8");
}

/** The room that a size takes; `before` is what it already has. */
function requireSize(call: ProviderContext, size: ShapeSize, storageGb: number, before: Instance | null): void {
  const same = before?.shape === size.shape;
  const [arm, micro] = [size.shape === A1_SHAPE, size.shape === MICRO_SHAPE];
  requireRoom(call.world.state.oci, {
    a1Cores: arm ? size.ocpus - (same ? before.ocpus : 0) : 0,
    a1Memory: arm ? size.memoryGb - (same ? before.memoryGb : 0) : 0,
    micros: micro && !same ? 1 : 0,
    storageGb: storageGb - (before?.bootVolumeGb ?? 0),
  });
}

/** Objects of settings, over what they were. */
function settingsOf(given: Attributes, before: Instance | null): Attributes {
  const over = (name: "agentConfig" | "availabilityConfig" | "instanceOptions"): Attributes =>
    name in given ? { [name]: { ...before?.[name], ...inside(given, name) } } : {};
  const { isPvEncryptionInTransitEnabled: encrypted, ...options } = inside(given, "launchOptions");
  // A value that is the usual one is no request, unless there was another one.
  const usual: Readonly<Record<string, Json>> = { ...(before && imageLaunchOptions(before.firmware)) };
  const had = before?.launchOptions ?? {};
  const asked = Object.entries(options).filter(([name, value]) => value !== usual[name] || name in had);
  return {
    ...over("agentConfig"),
    ...over("availabilityConfig"),
    ...over("instanceOptions"),
    launchOptions: { ...had, ...Object.fromEntries(asked) },
    isPvEncryptionInTransitEnabled:
      given.isPvEncryptionInTransitEnabled ?? encrypted ?? before?.isPvEncryptionInTransitEnabled ?? false,
  };
}

/** Terraform waits until an instance runs, so that is where it begins here; its argument may ask for a stopped one. */
function powerState(given: Attributes, before: Instance | null): string {
  const wanted = said(given, "powerState") ?? before?.state ?? "RUNNING";
  if (wanted !== "RUNNING" && wanted !== "STOPPED")
    throw invalid(SERVICE, `state ${wanted} is not valid: RUNNING or STOPPED.`, "state");
  return wanted;
}

/** Launches said the subnet and the host name themselves before there were VNIC details; both still may. */
function vnicDetails(given: Attributes): Attributes {
  const { subnetId = null, hostnameLabel = null } = given;
  return { subnetId, hostnameLabel, ...inside(given, "createVnicDetails") };
}

function metadataOf(given: Attributes, before: Instance | null) {
  const metadata =
    given.metadata === undefined ? (before?.metadata ?? {}) : parsed(SERVICE, tags, inside(given, "metadata"));
  return { metadata, userData: userData(metadata) };
}

/** What a configuration says of a launch: of several options, the first. */
export function launchDetailsOf(instanceDetails: Attributes): Attributes {
  const [first = instanceDetails] = blocks(instanceDetails, "options");
  return inside(first, "launchDetails");
}

/** What a launch does not say itself, the configuration that it names says. @throws ServiceRefusal 404 */
export function withConfiguration(call: ProviderContext, given: Attributes): Attributes {
  const id = said(given, "instanceConfigurationId");
  if (id === null) return given;
  const { instanceConfigurations } = call.world.state.oci;
  const found = requireObject(call, SERVICE, instanceConfigurations, id, "instance_configuration_id");
  const launch = launchDetailsOf(found.instanceDetails);
  const createVnicDetails = { ...inside(launch, "createVnicDetails"), ...inside(given, "createVnicDetails") };
  return { ...launch, ...given, createVnicDetails };
}

/** What a launch, or a change of what it made, comes to. */
export function launchFields(given: Attributes, call: ProviderContext, before: Instance | null): Attributes {
  const config = parsed(SERVICE, shapeBody, inside(given, "shapeConfig"));
  const usual = before && { ocpus: before.ocpus, memoryInGBs: before.memoryGb };
  const availabilityDomain =
    before?.availabilityDomain ?? requireAvailabilityDomain(call, SERVICE, required(given, "availabilityDomain"));
  const size = shapeSize(call.world.state.oci.account, said(given, "shape") ?? before?.shape ?? "", {
    ocpus: config.ocpus ?? usual?.ocpus ?? null,
    memoryInGBs: config.memoryInGBs ?? usual?.memoryInGBs ?? null,
  });
  if (!before && !hasShape(call, availabilityDomain, size.shape))
    throw notFound(SERVICE, `shape ${size.shape} in ${availabilityDomain}`, "shape");
  const { newGb, ...source } = bootSource(call, given, before, { shape: size.shape, availabilityDomain });
  const metadata = metadataOf(given, before);
  const displayName = said(given, "displayName") ?? before?.displayName ?? defaultName(call, "instance");
  const domain = said(given, "faultDomain") ?? before?.faultDomain ?? null;
  const state = powerState(given, before);
  requireSize(call, size, newGb, before);
  if (before) requireVnics(call, before, size, 0);
  return {
    ...given,
    ...size,
    ...source,
    ...metadata,
    ...settingsOf(given, before),
    displayName,
    state,
    availabilityDomain,
    faultDomain: before
      ? faultDomain(call, domain, availabilityDomain)
      : launchDomain(call, domain, availabilityDomain, size.shape),
    platformConfig: platformConfig(given, before?.platformConfig ?? null, size.shape),
    baselineOcpuUtilization: config.baselineOcpuUtilization ?? before?.baselineOcpuUtilization ?? null,
    ...(before
      ? changedVnic(call, before, vnicDetails(given))
      : attachVnic(call, vnicDetails(given), {
          availabilityDomain,
          displayName,
          definedTags: definedTagsOf(given, call),
        })),
  };
}
