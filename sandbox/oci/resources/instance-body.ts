/** What the world keeps of an instance. */
import { z } from "zod";
import { flag, generatedName, kept, maybeText, tags, text } from "../kernel/resource.ts";
import type { PreservedBootVolume } from "./boot-volume.ts";
import type { Vnic } from "./vnic.ts";

const block = z.record(z.string(), z.json()).nullable().default(null);

/** `user_data` and what else is hidden is what a host is made of; the rest is as the API has it. */
export const body = z.object({
  displayName: generatedName,
  availabilityDomain: text,
  faultDomain: text,
  state: z.enum(["PROVISIONING", "RUNNING", "STOPPED", "TERMINATED"]),
  shape: text,
  ocpus: z.number(),
  memoryGb: z.number(),
  baselineOcpuUtilization: kept,
  imageId: text,
  /** Name of the bucket object the boot image was imported from; null for a platform image. */
  imageObject: maybeText,
  /** What the image boots with: `UEFI_64` or `BIOS`. */
  firmware: text,
  /** Changes when the boot volume is replaced: then nothing on the host's disk survives. */
  bootVolumeId: text,
  bootVolumeGb: z.number(),
  bootVolumeVpus: z.number(),
  /** The boot volume that it was launched from, where there was one. */
  ownBootVolume: z.custom<PreservedBootVolume>().nullable().default(null),
  /** RFC 3339; null for an instance that was never started again or reset. */
  startedAt: maybeText,
  metadata: tags,
  /** Decoded from base64: the cloud-config the host booted with. */
  userData: z.string(),
  extendedMetadata: z.record(z.string(), z.json()).default({}),
  ipxeScript: kept,
  isAIEnterpriseEnabled: kept,
  vnic: z.custom<Vnic>(),
  privateIp: text,
  publicIp: maybeText,
  agentConfig: z
    .object({
      areAllPluginsDisabled: flag.default(false),
      isManagementDisabled: flag.default(false),
      isMonitoringDisabled: flag.default(false),
      pluginsConfig: z.array(z.object({ name: text, desiredState: text })).default([]),
    })
    .prefault({}),
  availabilityConfig: z
    .object({
      isLiveMigrationPreferred: flag.nullable().default(null),
      recoveryAction: text.default("RESTORE_INSTANCE"),
    })
    .prefault({}),
  instanceOptions: z.object({ areLegacyImdsEndpointsDisabled: flag.default(false) }).prefault({}),
  /** Those that a launch has said. */
  launchOptions: z.record(z.string(), z.json()).default({}),
  isPvEncryptionInTransitEnabled: flag.default(false),
  platformConfig: block,
  securityAttributes: z.record(z.string(), z.json()).default({}),
  /** What else of it a configuration has said. */
  instanceConfigurationId: maybeText,
  /** What the image was chosen by. */
  imageFilter: block,
});
