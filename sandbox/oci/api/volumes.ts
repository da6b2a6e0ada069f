/** Volumes, boot volumes, and their attachments. A boot volume lives and dies with its instance. */
import type { Attributes } from "../../plugin/resource.ts";
import type { BlockVolume, Instance, VolumeAttachment } from "../../world/oci.ts";
import { systemTags } from "../instance-attributes.ts";
import { notFound, notPlayed } from "../refusals.ts";
import { volume, volumeAttachment } from "../volume.ts";
import { change, type Collection, collection, common, shown } from "./collection.ts";
import { instances } from "./instances.ts";
import { nestedTags } from "./fields.ts";
import type { Answer } from "./answer.ts";
import { listed } from "./lists.ts";
import { type Asked, needed, type Route } from "./route.ts";

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

function bootVolume(host: Instance): Attributes {
  return {
    ...common(host),
    id: host.bootVolumeId,
    availabilityDomain: host.availabilityDomain,
    displayName: `${host.displayName} (Boot Volume)`,
    lifecycleState: "AVAILABLE",
    imageId: host.imageId,
    sizeInGBs: host.bootVolumeGb,
    sizeInMBs: host.bootVolumeGb * 1024,
    vpusPerGB: host.bootVolumeVpus,
    autoTunedVpusPerGB: host.bootVolumeVpus,
    isAutoTuneEnabled: false,
    isHydrated: true,
    sourceDetails: null,
  };
}

/** Its id is the instance's. */
function bootAttachment(host: Instance): Attributes {
  return {
    id: host.id,
    compartmentId: host.compartmentId,
    availabilityDomain: host.availabilityDomain,
    displayName: "Remote boot attachment for instance",
    bootVolumeId: host.bootVolumeId,
    instanceId: host.id,
    lifecycleState: host.state === "STOPPED" ? "DETACHED" : "ATTACHED",
    isPvEncryptionInTransitEnabled: host.settings.pvEncryptionInTransit,
    timeCreated: host.timeCreated,
  };
}

function listOf(view: (host: Instance) => Attributes): Route["run"] {
  return (asked) => {
    const compartmentId = needed(asked.query, "compartmentId");
    const here = asked.call.world.state.oci.instances.filter((host) => host.compartmentId === compartmentId);
    return listed(asked, here.map(view));
  };
}

/** Its size is the instance's, which can grow. @throws ServiceRefusal 501 for what else a body would change */
async function growBootVolume(asked: Asked): Promise<Answer> {
  const host = hostOf(asked, "bootVolumeId");
  const { sizeInGBs: size, ...others } = asked.body;
  const before = bootVolume(host);
  for (const [field, value] of Object.entries(others))
    if (JSON.stringify(value) !== JSON.stringify(before[field])) throw notPlayed(`${field} of a boot volume`);
  if (typeof size === "number") await change(asked, instances, host, { sourceDetails: { bootVolumeSizeInGBs: size } });
  return shown(bootVolume(host));
}

function hostOf({ call, params }: Asked, field: "id" | "bootVolumeId"): Instance {
  const found = call.world.state.oci.instances.find((host) => host[field] === params.id);
  if (!found) throw notFound("Core Boot Volume", params.id ?? "");
  return found;
}

export const volumeRoutes: readonly Route[] = [
  ...collection(volumes),
  ...collection(attachments),
  { method: "GET", path: `${BASE}/bootVolumes`, run: listOf(bootVolume) },
  {
    method: "GET",
    path: `${BASE}/bootVolumes/{id}`,
    run: (asked) => shown(bootVolume(hostOf(asked, "bootVolumeId"))),
  },
  {
    method: "PUT",
    path: `${BASE}/bootVolumes/{id}`,
    run: growBootVolume,
  },
  {
    method: "POST",
    path: `${BASE}/bootVolumes`,
    run: () => {
      throw notPlayed("a boot volume without an instance");
    },
  },
  { method: "GET", path: `${BASE}/bootVolumeAttachments`, run: listOf(bootAttachment) },
  {
    method: "GET",
    path: `${BASE}/bootVolumeAttachments/{id}`,
    run: (asked) => shown(bootAttachment(hostOf(asked, "id"))),
  },
];
