/** What volumes are attached to. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { text as required } from "../model/attributes.ts";
import { flag, generatedName, kept, type Resource, text, type Stored } from "../kernel/resource.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";

const SERVICE = "Core Volume Attachment";

const body = z.object({
  displayName: generatedName,
  availabilityDomain: text,
  instanceId: text,
  volumeId: text,
  attachmentType: z.enum(["paravirtualized", "iscsi"]),
  isReadOnly: flag.default(false),
  isShareable: flag.default(false),
  isPvEncryptionInTransitEnabled: flag.default(false),
  device: kept,
  encryptionInTransitType: kept,
  isAgentAutoIscsiLoginEnabled: kept,
  useChap: flag.default(false),
});

function hostOf(said: Attributes, call: ProviderContext) {
  const { instances } = call.world.state.oci;
  return requireObject(call, SERVICE, instances, required(said, "instanceId"), "instance_id");
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    volumeAttachments: Stored<z.output<typeof body>>[];
  }
}

/** A volume is attached to one instance, or to several where each attachment is shareable. */
export const volumeAttachment: Resource<z.output<typeof body>> = {
  type: "oci_core_volume_attachment",
  service: SERVICE,
  path: "/20160918/volumeAttachments",
  idType: "volumeattachment",
  state: "ATTACHED",
  states: { creating: "ATTACHING", deleting: "DETACHING", deleted: "DETACHED" },
  workBeside: { entityType: "volumeAttachment", create: "AttachVolume", delete: "DetachVolume" },
  body,
  without: ["move"],
  fixed: ["availabilityDomain", "instanceId", "volumeId", "attachmentType", "isReadOnly"],
  all: (tenancy) => tenancy.volumeAttachments,
  prepare({ type = null, ...said }, { call, before }) {
    if (before) return said;
    const { compartmentId, availabilityDomain } = hostOf(said, call);
    return { ...said, attachmentType: type, compartmentId, availabilityDomain };
  },
  check({ volumeId, instanceId, availabilityDomain, isShareable }, { call, before }) {
    if (before) return;
    const { volumes, preservedBootVolumes, volumeAttachments } = call.world.state.oci;
    // A boot volume without an instance is a disk like others.
    const disk = requireObject(call, SERVICE, [...volumes, ...preservedBootVolumes], volumeId, "volume_id");
    if (disk.availabilityDomain !== availabilityDomain)
      throw invalid(SERVICE, `Volume ${disk.id} is in ${disk.availabilityDomain}.`, "volume_id");
    const other = volumeAttachments.find((each) => each.volumeId === disk.id);
    if (other && !(isShareable && other.isShareable && other.instanceId !== instanceId))
      throw conflict(SERVICE, `Volume ${disk.id} is attached to ${other.instanceId}.`, "volume_id");
  },
  inventoryName: () => null,
  hidden: ["useChap"],
  computed: ({ attachmentType, volumeId, useChap }) => ({
    // What an iSCSI attachment is logged in to with.
    ...(attachmentType === "iscsi" && {
      ipv4: "169.254.2.2",
      port: 3260,
      iqn: `iqn.2015-12.com.oracleiaas:${volumeId.slice(-36)}`,
      chapUsername: useChap ? volumeId : null,
      chapSecret: useChap ? volumeId.slice(-16) : null,
    }),
  }),
};
