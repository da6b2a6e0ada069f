/** Boot volumes of instances, which are changed with them, and how they are attached. */
import { change } from "../kernel/operations.ts";
import type { Attributes } from "../../plugin/resource.ts";
import { bootVolume, bootVolumeOf } from "../resources/boot-volume.ts";
import { type Instance, instance } from "../resources/instance.ts";
import { conflict, notFound, notPlayed } from "../model/refusals.ts";
import type { ApiResponse } from "../http/response.ts";
import { current, removeAt, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";
const ONE = `${bootVolume.path}/{id}`;

function hostOf({ call, params }: ApiRequest): Instance | undefined {
  return call.world.state.oci.instances.find(({ bootVolumeId }) => bootVolumeId === params.id);
}

/** Its id is the instance's. */
function attachment(host: Instance): Attributes {
  return {
    id: host.id,
    compartmentId: host.compartmentId,
    availabilityDomain: host.availabilityDomain,
    displayName: "Remote boot attachment for instance",
    bootVolumeId: host.bootVolumeId,
    instanceId: host.id,
    lifecycleState: host.state === "STOPPED" ? "DETACHED" : "ATTACHED",
    isPvEncryptionInTransitEnabled: host.isPvEncryptionInTransitEnabled,
    encryptionInTransitType: "NONE",
    timeCreated: host.timeCreated,
    timeUpdated: host.startedAt ?? host.timeCreated,
  };
}

function attachments(request: ApiRequest): ApiResponse {
  const compartmentId = needed(request.query, "compartmentId");
  const here = request.call.world.state.oci.instances.filter((host) => host.compartmentId === compartmentId);
  return listed(request, here.map(attachment));
}

/** Its size is the instance's, which can grow. @throws ServiceRefusal for what else a body would change */
function update(request: ApiRequest): ApiResponse {
  const host = hostOf(request);
  if (!host) {
    const found = current(request, bootVolume);
    change(bootVolume, request.call, found, request.body);
    return shown(viewOf(request, bootVolume, found));
  }
  const { sizeInGBs: size, displayName = null, ...others } = request.body;
  const before = viewOf(request, bootVolume, bootVolumeOf(host));
  for (const [field, value] of Object.entries(others))
    if (JSON.stringify(value) !== JSON.stringify(before[field])) throw notPlayed(`${field} of a boot volume`);
  if (typeof displayName === "string") {
    if (displayName !== before.displayName && !host.ownBootVolume) throw notPlayed("displayName of a boot volume");
    if (host.ownBootVolume) host.ownBootVolume = { ...host.ownBootVolume, displayName };
    request.call.world.changed();
  }
  if (typeof size === "number") change(instance, request.call, host, { sourceDetails: { bootVolumeSizeInGBs: size } });
  return shown(viewOf(request, bootVolume, bootVolumeOf(host)));
}

/** @throws ServiceRefusal 409 while an instance has it */
function remove(request: ApiRequest): ApiResponse {
  const host = hostOf(request);
  if (host) throw conflict(bootVolume.service, `The boot volume is attached to ${host.id}.`);
  return removeAt(request, bootVolume);
}

function getAttachment({ call, params }: ApiRequest): ApiResponse {
  const host = call.world.state.oci.instances.find(({ id }) => id === params.id);
  if (!host) throw notFound("Core Boot Volume Attachment", params.id ?? "");
  return shown(attachment(host));
}

/** Calls on boot volumes of instances and their attachments, before those of the collection. */
export const bootVolumeRoutes: readonly Route[] = [
  { method: "PUT", path: ONE, run: update },
  { method: "DELETE", path: ONE, run: remove },
  { method: "GET", path: `${BASE}/bootVolumeAttachments`, run: attachments },
  { method: "GET", path: `${BASE}/bootVolumeAttachments/{id}`, run: getAttachment },
];
