/** Boot volumes and their attachments: of instances that there are, and what was preserved of those that are gone. */
import { change } from "../kernel/operations.ts";
import type { Attributes } from "../../plugin/resource.ts";
import type { PreservedBootVolume } from "../resources/boot-volume.ts";
import { bootVolumeName } from "../resources/boot-volume.ts";
import { type Instance, instance } from "../resources/instance.ts";
import { conflict, notFound, notPlayed } from "../model/refusals.ts";
import type { ApiResponse } from "../http/response.ts";
import { common, shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";
const SERVICE = "Core Boot Volume";

type Sized = Pick<
  PreservedBootVolume,
  "id" | "displayName" | "availabilityDomain" | "imageId" | "sizeInGBs" | "vpusPerGB"
>;

function view({ id, displayName, availabilityDomain, imageId, sizeInGBs, vpusPerGB }: Sized): Attributes {
  return {
    id,
    availabilityDomain,
    displayName,
    lifecycleState: "AVAILABLE",
    imageId,
    sizeInGBs,
    sizeInMBs: sizeInGBs * 1024,
    vpusPerGB,
    autoTunedVpusPerGB: vpusPerGB,
    isAutoTuneEnabled: false,
    isHydrated: true,
    sourceDetails: null,
  };
}

function attached(host: Instance): Attributes {
  const { bootVolumeId: id, bootVolumeGb: sizeInGBs, bootVolumeVpus: vpusPerGB, availabilityDomain, imageId } = host;
  const sized = { id, sizeInGBs, vpusPerGB, availabilityDomain, imageId, displayName: bootVolumeName(host) };
  return { ...common(host), ...view(sized) };
}

const preserved = (volume: PreservedBootVolume): Attributes => ({ ...common(volume), ...view(volume) });

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
    timeCreated: host.timeCreated,
  };
}

function hostsIn(request: ApiRequest): readonly Instance[] {
  const compartmentId = needed(request.query, "compartmentId");
  return request.call.world.state.oci.instances.filter((host) => host.compartmentId === compartmentId);
}

function list(request: ApiRequest): ApiResponse {
  const compartmentId = needed(request.query, "compartmentId");
  const kept = request.call.world.state.oci.preservedBootVolumes.filter(
    (volume) => volume.compartmentId === compartmentId,
  );
  return listed(request, [...hostsIn(request).map(attached), ...kept.map(preserved)]);
}

type BootVolumeRecord = { readonly host: Instance } | { readonly kept: PreservedBootVolume };

function find({ call, params }: ApiRequest): BootVolumeRecord {
  const { instances: hosts, preservedBootVolumes } = call.world.state.oci;
  const host = hosts.find(({ bootVolumeId }) => bootVolumeId === params.id);
  if (host) return { host };
  const kept = preservedBootVolumes.find(({ id }) => id === params.id);
  if (kept) return { kept };
  throw notFound(SERVICE, params.id ?? "");
}

function get(request: ApiRequest): ApiResponse {
  const deleted = request.api.lifecycles.deletedView(request.params.id ?? "");
  if (deleted) return shown(deleted);
  const found = find(request);
  return shown("host" in found ? attached(found.host) : preserved(found.kept));
}

/** Its size is the instance's, which can grow. @throws ServiceRefusal for what else a body would change */
function grow(request: ApiRequest): ApiResponse {
  const found = find(request);
  if (!("host" in found)) throw notPlayed("a change of a boot volume without an instance");
  const { sizeInGBs: size, ...others } = request.body;
  const before = attached(found.host);
  for (const [field, value] of Object.entries(others))
    if (JSON.stringify(value) !== JSON.stringify(before[field])) throw notPlayed(`${field} of a boot volume`);
  if (typeof size === "number")
    change(instance, request.call, found.host, { sourceDetails: { bootVolumeSizeInGBs: size } });
  return shown(attached(found.host));
}

/** @throws ServiceRefusal 409 while an instance has it */
function remove(request: ApiRequest): ApiResponse {
  const found = find(request);
  if ("host" in found) throw conflict(SERVICE, `The boot volume is attached to ${found.host.id}.`);
  const { oci } = request.call.world.state;
  oci.preservedBootVolumes = oci.preservedBootVolumes.filter(({ id }) => id !== found.kept.id);
  request.call.world.changed();
  request.api.lifecycles.end(found.kept.id, preserved(found.kept), "TERMINATING", "TERMINATED");
  return { status: 204, headers: {} };
}

function getAttachment(request: ApiRequest): ApiResponse {
  const { id } = request.params;
  const host = request.call.world.state.oci.instances.find((each) => each.id === id);
  if (!host) throw notFound("Core Boot Volume Attachment", id ?? "");
  return shown(attachment(host));
}

/** Calls on boot volumes and their attachments. */
export const bootVolumeRoutes: readonly Route[] = [
  { method: "GET", path: `${BASE}/bootVolumes`, run: list },
  {
    method: "POST",
    path: `${BASE}/bootVolumes`,
    run: () => {
      throw notPlayed("a boot volume without an instance");
    },
  },
  { method: "GET", path: `${BASE}/bootVolumes/{id}`, run: get },
  { method: "PUT", path: `${BASE}/bootVolumes/{id}`, run: grow },
  { method: "DELETE", path: `${BASE}/bootVolumes/{id}`, run: remove },
  {
    method: "GET",
    path: `${BASE}/bootVolumeAttachments`,
    run: (request) => listed(request, hostsIn(request).map(attachment)),
  },
  { method: "GET", path: `${BASE}/bootVolumeAttachments/{id}`, run: getAttachment },
];
