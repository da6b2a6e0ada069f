/** What the compute service makes of a launch or a change, and what it refuses. */
import { z } from "zod";
import { isExhausted } from "../faults/conditions.ts";
import type { Attributes, Call } from "../plugin/resource.ts";
import type { Instance, InstanceSettings } from "../world/oci.ts";
import { block, blocks, maybeFlag, maybeText, text } from "./attributes.ts";
import { requireRoom } from "./limits.ts";
import { invalid, outOfCapacity } from "./refusals.ts";
import { FAULT_DOMAINS } from "./regions.ts";
import { A1_SHAPE, type ShapeSize } from "./shapes.ts";
import { bootShapes, type Image, requireImage } from "./resources/image.ts";

const SERVICE = "Core Instance";

type BootImage = Pick<Instance, "imageObject" | "firmware">;

const capability = z.object({ "Compute.Firmware": z.object({ defaultValue: z.string() }) });

/** `UEFI_64` or `BIOS`: an image's capability schema weighs more than how it was imported. */
function launchFirmware({ world }: Call, { id, firmware }: Image): string {
  const schema = world.state.oci.capabilitySchemas.find(({ imageId }) => imageId === id);
  const allowed = capability.safeParse(schema?.schemaData);
  return allowed.success ? allowed.data["Compute.Firmware"].defaultValue : firmware;
}

/** @throws 404 for an image that does not exist, 400 for one that the shape cannot boot. */
export function bootImage(call: Call, id: string, shape: string): BootImage {
  const image = requireImage(call, SERVICE, id, "source_details.source_id");
  if (!bootShapes(image).includes(shape))
    throw invalid(SERVICE, `Shape ${shape} is not valid for image ${id}.`, "source_details.source_id");
  return { imageObject: image.objectName, firmware: launchFirmware(call, image) };
}

export function bootVolumeGb(source: Attributes): number {
  const size = Number(maybeText(source, "boot_volume_size_in_gbs") ?? 50);
  if (!Number.isInteger(size) || size < 50 || size > 32_768)
    throw invalid(
      SERVICE,
      `bootVolumeSizeInGBs ${size} is not valid: a boot volume has 50 to 32768 GB.`,
      "source_details.boot_volume_size_in_gbs",
    );
  return size;
}

/** Where a launch goes: into the fault domain it names, else into the emptiest that has room. @throws 500 without room. */
export function launchDomain(call: Call, wanted: string | null, availabilityDomain: string, shape: string): string {
  const hasRoom = (name: string): boolean => !isExhausted(call.world, { availabilityDomain, faultDomain: name, shape });
  const chosen = faultDomain(call, wanted, availabilityDomain, hasRoom);
  if (!hasRoom(chosen)) throw outOfCapacity(SERVICE);
  return chosen;
}

export function faultDomain(
  call: Call,
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
export function userData(metadata: Readonly<Record<string, string>>): string {
  const size = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  if (size > 32_000) throw invalid(SERVICE, `The metadata has ${size} bytes; 32000 are allowed.`, "metadata");
  const encoded = metadata.user_data ?? "";
  const decoded = Buffer.from(encoded, "base64");
  if (decoded.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, ""))
    throw invalid(SERVICE, "metadata user_data must be base64.", "metadata");
  return decoded.toString("utf8");
}

/** Settings keep what they were where the plan says nothing. */
export function settings(planned: Attributes, before: InstanceSettings | null): InstanceSettings {
  const [agent, options] = [block(planned, "agent_config"), block(planned, "instance_options")];
  const availability = block(planned, "availability_config");
  const plugins = blocks(agent, "plugins_config").map((plugin) => ({
    name: text(plugin, "name"),
    desiredState: text(plugin, "desired_state"),
  }));
  return {
    agentManagementDisabled: maybeFlag(agent, "is_management_disabled") ?? before?.agentManagementDisabled ?? false,
    agentMonitoringDisabled: maybeFlag(agent, "is_monitoring_disabled") ?? before?.agentMonitoringDisabled ?? false,
    agentPluginsDisabled: maybeFlag(agent, "are_all_plugins_disabled") ?? before?.agentPluginsDisabled ?? false,
    agentPlugins: plugins,
    legacyImdsDisabled: maybeFlag(options, "are_legacy_imds_endpoints_disabled") ?? before?.legacyImdsDisabled ?? false,
    liveMigrationPreferred: maybeFlag(availability, "is_live_migration_preferred"),
    recoveryAction: maybeText(availability, "recovery_action") ?? before?.recoveryAction ?? "RESTORE_INSTANCE",
    pvEncryptionInTransit:
      maybeFlag(planned, "is_pv_encryption_in_transit_enabled") ??
      maybeFlag(block(planned, "launch_options"), "is_pv_encryption_in_transit_enabled") ??
      before?.pvEncryptionInTransit ??
      false,
  };
}

/** Terraform waits until an instance runs, so that is where it begins here; `state` may ask for a stopped one. */
export function powerState(planned: Attributes): Instance["state"] {
  const wanted = maybeText(planned, "state") ?? "RUNNING";
  if (wanted !== "RUNNING" && wanted !== "STOPPED")
    throw invalid(SERVICE, `state ${wanted} is not valid: RUNNING or STOPPED.`, "state");
  return wanted;
}

/** The room that a size takes; `before` is what it already has. */
export function requireSize(call: Call, size: ShapeSize, storageGb: number, before: Instance | null): void {
  const same = before?.shape === size.shape;
  const arm = size.shape === A1_SHAPE;
  requireRoom(call.world.state.oci, {
    a1Cores: arm ? size.ocpus - (same ? before.ocpus : 0) : 0,
    a1Memory: arm ? size.memoryGb - (same ? before.memoryGb : 0) : 0,
    micros: arm || same ? 0 : 1,
    storageGb: storageGb - (before?.bootVolumeGb ?? 0),
  });
}

export function sourceImageId(planned: Attributes): string {
  const source = block(planned, "source_details");
  const type = maybeText(source, "source_type") ?? "image";
  if (type !== "image")
    throw invalid(SERVICE, `The sandbox boots from source type image, not ${type}.`, "source_details.source_type");
  const id = maybeText(source, "source_id") ?? maybeText(planned, "image");
  if (id === null) throw invalid(SERVICE, "sourceDetails.sourceId is required.", "source_details.source_id");
  return id;
}
