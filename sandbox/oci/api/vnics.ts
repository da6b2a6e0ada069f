/** VNICs and the addresses on them. The primary VNIC, its addresses and its attachment follow from their instance. */
import { change, viewOf } from "../kernel/operations.ts";
import { instance } from "../resources/instance.ts";
import { createHash } from "node:crypto";
import type { Attributes } from "../../plugin/resource.ts";
import { type Attached, attachedVnics, publicAddressOf, siblingId } from "../resources/primary-address.ts";
import { text } from "../model/attributes.ts";
import { conflict, invalid, notFound } from "../model/refusals.ts";
import { privateIp } from "../resources/private-ip.ts";
import { ipv6sOf } from "../resources/ipv6.ts";
import { assignEphemeral, publicIp, withEphemeral } from "../resources/public-ip.ts";
import { vnicAttachment } from "../resources/vnic-attachment.ts";
import type { ApiResponse } from "../http/response.ts";
import { checkEtag, current, make, removeAt, shown } from "../http/collection.ts";
import { nestedTags } from "../model/fields.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";

/** The hardware address of a network card. */
export function macAddress(vnicId: string): string {
  const [a, b, c] = createHash("sha256").update(vnicId).digest();
  return ["02", "00", "17", ...[a, b, c].map((byte = 0) => byte.toString(16).padStart(2, "0"))].join(":").toUpperCase();
}

function vnicFields({ call }: ApiRequest, attached: Attached): Attributes {
  const { vnic } = attached;
  return {
    id: vnic.id,
    compartmentId: attached.compartmentId,
    timeCreated: attached.timeCreated,
    freeformTags: vnic.freeformTags,
    definedTags: nestedTags(vnic.definedTags),
    availabilityDomain: attached.availabilityDomain,
    displayName: vnic.displayName,
    hostnameLabel: vnic.hostnameLabel,
    isPrimary: !("instanceId" in attached),
    lifecycleState: "AVAILABLE",
    macAddress: macAddress(vnic.id),
    nsgIds: vnic.nsgIds,
    privateIp: attached.privateIp,
    publicIp: publicAddressOf(call.world.state.oci, attached),
    skipSourceDestCheck: vnic.skipSourceDestCheck,
    routeTableId: vnic.routeTableId,
    securityAttributes: vnic.securityAttributes,
    ipv6Addresses: ipv6sOf(call.world.state.oci, vnic.id).map(({ ipAddress }) => ipAddress),
    subnetId: vnic.subnetId,
  };
}

function vnics({ call }: ApiRequest): readonly Attached[] {
  return attachedVnics(call.world.state.oci);
}

function requireVnic(request: ApiRequest): Attached {
  const { id = "" } = request.params;
  const found = vnics(request).find(({ vnic }) => vnic.id === id);
  if (!found) throw notFound("Core Vnic", id);
  return found;
}

/** A primary VNIC is changed with its instance, a secondary one with its attachment. */
function changeVnic(request: ApiRequest): ApiResponse {
  const found = requireVnic(request);
  checkEtag(request, vnicFields(request, found));
  const { oci } = request.call.world.state;
  const host = oci.instances.find(({ id }) => id === found.id);
  const attachment = oci.vnicAttachments.find(({ id }) => id === found.id);
  if (host) change(instance, request.call, host, { createVnicDetails: request.body });
  if (attachment) change(vnicAttachment, request.call, attachment, { createVnicDetails: request.body });
  return shown(vnicFields(request, requireVnic(request)));
}

/** Takes an address off its VNIC: one that is reserved stays in its subnet. */
function detachAddress(request: ApiRequest): ApiResponse {
  const found = current(request, privateIp);
  if (found.lifetime !== "RESERVED")
    throw conflict(
      privateIp.service,
      `The private IP ${found.id} is ${found.lifetime}: only a RESERVED one is detached.`,
    );
  found.vnicId = null;
  request.call.world.changed();
  return shown(viewOf(privateIp, found, request.call));
}

/** Reserved addresses are made, ephemeral ones given to a VNIC. */
function makePublicIp(request: ApiRequest): ApiResponse {
  const { call, body } = request;
  const ephemeral = body.lifetime === "EPHEMERAL";
  const made = ephemeral ? assignEphemeral(call, text(body, "privateIpId")) : make(request, publicIp, body);
  return shown(viewOf(publicIp, made, call));
}

/** An ephemeral address goes from its VNIC. */
function removePublicIp(request: ApiRequest): ApiResponse {
  const { call, params } = request;
  const attached = withEphemeral(call.world.state.oci, params.id ?? "");
  if (!attached) return removeAt(request, publicIp);
  attached.publicIp = null;
  call.world.changed();
  return { status: 204 };
}

/** Address lookups by what the body names. */
function publicIpBy(field: "ipAddress" | "privateIpId"): Route["run"] {
  return (request) => {
    const wanted = request.body[field];
    if (typeof wanted !== "string") throw invalid(publicIp.service, `${field} is required.`);
    const all = [...(publicIp.unmade?.(request.call) ?? []), ...publicIp.all(request.call.world.state.oci)];
    const found = all.find((each) => each[field] === wanted);
    if (!found) throw notFound(publicIp.service, wanted);
    return shown(viewOf(publicIp, found, request.call));
  };
}

/** Calls on VNICs, and look-ups of addresses. */
export const vnicRoutes: readonly Route[] = [
  {
    method: "DELETE",
    path: `${vnicAttachment.path}/{id}`,
    run(request) {
      const { id = "" } = request.params;
      if (request.call.world.state.oci.instances.some(({ vnic }) => siblingId(vnic.id, "vnicattachment") === id))
        throw invalid(vnicAttachment.service, `${id} is of the instance's primary VNIC, which cannot be detached.`);
      return removeAt(request, vnicAttachment);
    },
  },
  { method: "GET", path: `${BASE}/vnics/{id}`, run: (request) => shown(vnicFields(request, requireVnic(request))) },
  { method: "PUT", path: `${BASE}/vnics/{id}`, run: changeVnic },
  {
    method: "DELETE",
    path: `${BASE}/privateIps/{id}`,
    run(request) {
      const { id = "" } = request.params;
      if (vnics(request).some(({ vnic }) => siblingId(vnic.id, "privateip") === id))
        throw conflict(privateIp.service, `The private IP ${id} is its VNIC's primary one.`);
      return removeAt(request, privateIp);
    },
  },
  { method: "POST", path: `${BASE}/privateIps/{id}/actions/detach`, run: detachAddress },
  { method: "POST", path: publicIp.path, run: makePublicIp },
  { method: "DELETE", path: `${publicIp.path}/{id}`, run: removePublicIp },
  { method: "POST", path: `${BASE}/publicIps/actions/getByIpAddress`, run: publicIpBy("ipAddress") },
  { method: "POST", path: `${BASE}/publicIps/actions/getByPrivateIpId`, run: publicIpBy("privateIpId") },
];
