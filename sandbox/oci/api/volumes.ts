/** Block volumes and their attachments. */
import type { BlockVolume, VolumeAttachment } from "../../world/oci.ts";
import { systemTags } from "../instance-attributes.ts";
import { volume, volumeAttachment } from "../volume.ts";
import { type Collection, collection } from "./collection.ts";
import { nestedTags } from "./fields.ts";
import type { Route } from "./route.ts";

const BASE = "/20160918";

const volumes: Collection<BlockVolume> = {
  path: `${BASE}/volumes`,
  service: "Core Volume",
  resource: "oci_core_volume",
  type: volume,
  states: { creating: "PROVISIONING", deleting: "TERMINATING", deleted: "TERMINATED" },
  all: (tenancy) => tenancy.volumes,
  view: (each, { call }) => ({
    displayName: each.displayName,
    lifecycleState: "AVAILABLE",
    availabilityDomain: each.availabilityDomain,
    sizeInGBs: each.sizeInGBs,
    sizeInMBs: each.sizeInGBs * 1024,
    vpusPerGB: each.vpusPerGB,
    autoTunedVpusPerGB: each.vpusPerGB,
    isAutoTuneEnabled: false,
    isHydrated: true,
    sourceDetails: null,
    systemTags: nestedTags(systemTags(call.world.state.oci)),
  }),
};

const attachments: Collection<VolumeAttachment> = {
  path: `${BASE}/volumeAttachments`,
  service: "Core Volume Attachment",
  resource: "oci_core_volume_attachment",
  type: volumeAttachment,
  states: { creating: "ATTACHING", deleting: "DETACHING", deleted: "DETACHED" },
  all: (tenancy) => tenancy.volumeAttachments,
  view: (each) => ({
    displayName: each.displayName,
    lifecycleState: "ATTACHED",
    availabilityDomain: each.availabilityDomain,
    instanceId: each.instanceId,
    volumeId: each.volumeId,
    attachmentType: each.attachmentType,
    device: null,
    isReadOnly: each.isReadOnly,
    isShareable: false,
    isPvEncryptionInTransitEnabled: false,
    // What an iSCSI attachment is logged in to with.
    ...(each.attachmentType === "iscsi" && {
      ipv4: "169.254.2.2",
      port: 3260,
      iqn: `iqn.2015-12.com.oracleiaas:${each.volumeId.slice(-36)}`,
      chapUsername: null,
      chapSecret: null,
    }),
  }),
};

export const volumeRoutes: readonly Route[] = [...collection(volumes), ...collection(attachments)];
