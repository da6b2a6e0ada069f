/** VNICs and the addresses on them. The primary VNIC, its addresses and its attachment follow from their instance. */
import { createHash } from "node:crypto";
import type { Attributes } from "../../plugin/resource.ts";
import type { Instance, VnicAttachment } from "../../world/oci.ts";
import { type Attached, attachedVnics, publicAddressOf, siblingId } from "../primary-address.ts";
import { conflict, invalid, notFound } from "../refusals.ts";
import { refuseNotPlayed } from "../remembered.ts";
import { privateIp } from "../resources/private-ip.ts";
import { publicIp } from "../resources/public-ip.ts";
import { vnicAttachment } from "../secondary-vnic.ts";
import type { Answer } from "./answer.ts";
import { byRules, checkEtag, collection, declared, common, remove, shown } from "./collection.ts";
import { attributesOf } from "./fields.ts";
import { instances } from "./instances.ts";
import { listed } from "./lists.ts";
import type { Asked, Route } from "./route.ts";

const BASE = "/20160918";

function macAddress(vnicId: string): string {
  const [a, b, c] = createHash("sha256").update(vnicId).digest();
  return ["02", "00", "17", ...[a, b, c].map((byte = 0) => byte.toString(16).padStart(2, "0"))].join(":").toUpperCase();
}

function vnicFields({ call }: Asked, attached: Attached): Attributes {
  const { vnic } = attached;
  return {
    ...common({ ...attached, id: vnic.id, freeformTags: vnic.freeformTags, definedTags: vnic.definedTags }),
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
    subnetId: vnic.subnetId,
  };
}

function vnics({ call }: Asked): readonly Attached[] {
  return attachedVnics(call.world.state.oci);
}

function requireVnic(asked: Asked): Attached {
  const { id = "" } = asked.params;
  const found = vnics(asked).find(({ vnic }) => vnic.id === id);
  if (!found) throw notFound("Core Vnic", id);
  return found;
}

/** A launch attaches the primary VNIC. */
function primaryAttachment(host: Instance): VnicAttachment {
  const id = siblingId(host.vnic.id, "vnicattachment");
  return { ...host, id, displayName: null, instanceId: host.id, vlanTag: 0 };
}

const attachments = byRules<VnicAttachment>({
  path: `${BASE}/vnicAttachments`,
  service: "Core Vnic Attachment",
  resource: "oci_core_vnic_attachment",
  type: vnicAttachment,
  states: { creating: "ATTACHING", deleting: "DETACHING", deleted: "DETACHED" },
  all: ({ instances: hosts, vnicAttachments }) => [...hosts.map(primaryAttachment), ...vnicAttachments],
  // The details are those of a launch.
  atCreate: ({ createVnicDetails = null }) => attributesOf("oci_core_instance", { createVnicDetails }),
  view: (each, { door }) => ({
    lifecycleState: "ATTACHED",
    availabilityDomain: each.availabilityDomain,
    displayName: each.displayName,
    instanceId: each.instanceId,
    nicIndex: 0,
    subnetId: each.vnic.subnetId,
    vlanTag: each.vlanTag,
    // Told once it is attached (oracle/oci-go-sdk v65, core/vnic_attachment.go).
    vnicId: door.lifecycles.of(each.id, "ATTACHED") === "ATTACHED" ? each.vnic.id : null,
  }),
});

/** A primary VNIC is changed with its instance, a secondary one with its attachment. */
async function changeVnic(asked: Asked): Promise<Answer> {
  const found = requireVnic(asked);
  checkEtag(asked, vnicFields(asked, found));
  const { oci } = asked.call.world.state;
  const host = oci.instances.find(({ id }) => id === found.id);
  const attachment = oci.vnicAttachments.find(({ id }) => id === found.id);
  if (host) await instances.change(asked, host, { createVnicDetails: asked.body });
  const body = { createVnicDetails: asked.body };
  refuseNotPlayed("oci_core_vnic_attachment", body);
  const details = attributesOf("oci_core_instance", body);
  if (attachment) await vnicAttachment.update?.(asked.call, { id: attachment.id }, details);
  return shown(vnicFields(asked, requireVnic(asked)));
}

const privateIps = declared(privateIp);
const publicIps = declared(publicIp);

/** Address lookups by what the body names. */
function publicIpBy(field: "ipAddress" | "privateIpId"): Route["run"] {
  return (asked) => {
    const wanted = asked.body[field];
    if (typeof wanted !== "string") throw invalid(publicIps.service, `${field} is required.`);
    const all = [...(publicIps.unmade?.(asked) ?? []), ...publicIps.all(asked.call.world.state.oci)];
    const found = all.find((each) => each[field] === wanted);
    if (!found) throw notFound(publicIps.service, wanted);
    return shown(publicIps.tell(found, asked));
  };
}

/** None: no VCN of the sandbox has IPv6. The real provider asks with each look at an instance. */
function ipv6sOf(asked: Asked): Answer {
  if (!["vnicId", "subnetId", "ipAddress"].some((name) => asked.query.has(name)))
    throw invalid("Core Ipv6", "vnicId, subnetId or ipAddress is required.");
  return listed(asked, []);
}

export const vnicRoutes: readonly Route[] = [
  {
    method: "DELETE",
    path: `${attachments.path}/{id}`,
    run(asked) {
      const { id = "" } = asked.params;
      if (asked.call.world.state.oci.instances.some(({ vnic }) => siblingId(vnic.id, "vnicattachment") === id))
        throw invalid(attachments.service, `${id} is of the instance's primary VNIC, which cannot be detached.`);
      return remove(asked, attachments);
    },
  },
  // An attachment is changed by its VNIC, and is where its instance is.
  ...collection(attachments).filter(({ method, path }) => method !== "PUT" && !path.endsWith("/changeCompartment")),
  { method: "GET", path: `${BASE}/vnics/{id}`, run: (asked) => shown(vnicFields(asked, requireVnic(asked))) },
  { method: "PUT", path: `${BASE}/vnics/{id}`, run: changeVnic },
  { method: "GET", path: `${BASE}/ipv6`, run: ipv6sOf },
  {
    method: "DELETE",
    path: `${BASE}/privateIps/{id}`,
    run(asked) {
      const { id = "" } = asked.params;
      if (vnics(asked).some(({ vnic }) => siblingId(vnic.id, "privateip") === id))
        throw conflict(privateIps.service, `The private IP ${id} is its VNIC's primary one.`);
      return remove(asked, privateIps);
    },
  },
  { method: "POST", path: `${BASE}/publicIps/actions/getByIpAddress`, run: publicIpBy("ipAddress") },
  { method: "POST", path: `${BASE}/publicIps/actions/getByPrivateIpId`, run: publicIpBy("privateIpId") },
];
