/** VNICs and the addresses on them. The primary VNIC, its addresses and attachments follow from their instance. */
import { createHash } from "node:crypto";
import type { Attributes } from "../../plugin/resource.ts";
import type { Instance, PrivateIp, PublicIp } from "../../world/oci.ts";
import { primaryAddress, publicAddressOf, siblingId } from "../primary-address.ts";
import { conflict, invalid, notFound } from "../refusals.ts";
import { privateIp, publicIp } from "../reserved-ips.ts";
import { change, checkEtag, type Collection, collection, common, remove, shown } from "./collection.ts";
import { instances } from "./instances.ts";
import { listed } from "./lists.ts";
import { type Asked, needed, type Route } from "./route.ts";

const BASE = "/20160918";

function macAddress(vnicId: string): string {
  const [a, b, c] = createHash("sha256").update(vnicId).digest();
  return ["02", "00", "17", ...[a, b, c].map((byte = 0) => byte.toString(16).padStart(2, "0"))].join(":").toUpperCase();
}

function vnicFields({ call }: Asked, host: Instance): Attributes {
  const { vnic } = host;
  return {
    ...common({ ...host, id: vnic.id, freeformTags: vnic.freeformTags, definedTags: vnic.definedTags }),
    availabilityDomain: host.availabilityDomain,
    displayName: vnic.displayName,
    hostnameLabel: vnic.hostnameLabel,
    isPrimary: true,
    lifecycleState: "AVAILABLE",
    macAddress: macAddress(vnic.id),
    nsgIds: vnic.nsgIds,
    privateIp: host.privateIp,
    publicIp: publicAddressOf(call.world.state.oci, host),
    skipSourceDestCheck: vnic.skipSourceDestCheck,
    subnetId: vnic.subnetId,
  };
}

function attachmentFields(host: Instance): Attributes {
  return {
    id: siblingId(host.vnic.id, "vnicattachment"),
    compartmentId: host.compartmentId,
    availabilityDomain: host.availabilityDomain,
    displayName: null,
    instanceId: host.id,
    lifecycleState: "ATTACHED",
    nicIndex: 0,
    subnetId: host.vnic.subnetId,
    timeCreated: host.timeCreated,
    vlanTag: 0,
    vnicId: host.vnic.id,
  };
}

function hosts({ call }: Asked): readonly Instance[] {
  return call.world.state.oci.instances;
}

function hostOfVnic(asked: Asked, type: string): Instance {
  const { id = "" } = asked.params;
  const host = hosts(asked).find(({ vnic }) => siblingId(vnic.id, type) === id);
  if (!host) throw notFound("Core Vnic", id);
  return host;
}

function privateIpFields(each: PrivateIp, asked: Asked): Attributes {
  const primary = each.id === siblingId(each.vnicId, "privateip");
  const host = hosts(asked).find(({ vnic }) => vnic.id === each.vnicId);
  return {
    displayName: each.displayName,
    ipAddress: each.ipAddress,
    hostnameLabel: each.hostnameLabel,
    isPrimary: primary,
    subnetId: each.subnetId,
    vnicId: each.vnicId,
    availabilityDomain: host?.availabilityDomain ?? null,
  };
}

const privateIps: Collection<PrivateIp> = {
  path: `${BASE}/privateIps`,
  service: "Core Private Ip",
  resource: "oci_core_private_ip",
  type: privateIp,
  byCompartment: false,
  all: (tenancy) => [...tenancy.instances.map(primaryAddress), ...tenancy.privateIps],
  view: privateIpFields,
};

function ephemeralAddress(host: Instance): PublicIp[] {
  if (host.publicIp === null) return [];
  const { vnic } = host;
  return [
    {
      ...host,
      id: siblingId(vnic.id, "publicip"),
      displayName: vnic.displayName,
      ipAddress: host.publicIp,
      privateIpId: siblingId(vnic.id, "privateip"),
    },
  ];
}

const publicIps: Collection<PublicIp> = {
  path: `${BASE}/publicIps`,
  service: "Core Public Ip",
  resource: "oci_core_public_ip",
  type: publicIp,
  all: (tenancy) => [...tenancy.instances.flatMap(ephemeralAddress), ...tenancy.publicIps],
  view(each, asked) {
    const host = hosts(asked).find(({ vnic }) => siblingId(vnic.id, "publicip") === each.id);
    return {
      displayName: each.displayName,
      ipAddress: each.ipAddress,
      lifetime: host ? "EPHEMERAL" : "RESERVED",
      scope: host ? "AVAILABILITY_DOMAIN" : "REGION",
      availabilityDomain: host?.availabilityDomain ?? null,
      assignedEntityId: each.privateIpId,
      assignedEntityType: each.privateIpId === null ? null : "PRIVATE_IP",
      privateIpId: each.privateIpId,
      lifecycleState: each.privateIpId === null ? "AVAILABLE" : "ASSIGNED",
    };
  },
};

/** Address lookups by what the body names. */
function publicIpBy(field: "ipAddress" | "privateIpId"): Route["run"] {
  return (asked) => {
    const wanted = asked.body[field];
    if (typeof wanted !== "string") throw invalid(publicIps.service, `${field} is required.`);
    const found = publicIps.all(asked.call.world.state.oci).find((each) => each[field] === wanted);
    if (!found) throw notFound(publicIps.service, wanted);
    return shown({ ...common(found), ...publicIps.view(found, asked) });
  };
}

export const vnicRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/vnicAttachments`,
    run(asked) {
      const compartmentId = needed(asked.query, "compartmentId");
      const here = hosts(asked).filter((host) => host.compartmentId === compartmentId);
      return listed(asked, here.map(attachmentFields));
    },
  },
  {
    method: "GET",
    path: `${BASE}/vnicAttachments/{id}`,
    run: (asked) => shown(attachmentFields(hostOfVnic(asked, "vnicattachment"))),
  },
  {
    method: "POST",
    path: `${BASE}/vnicAttachments`,
    run: () => {
      throw invalid("Core Vnic Attachment", "The sandbox has primary VNICs only.");
    },
  },
  { method: "GET", path: `${BASE}/vnics/{id}`, run: (asked) => shown(vnicFields(asked, hostOfVnic(asked, "vnic"))) },
  {
    method: "PUT",
    path: `${BASE}/vnics/{id}`,
    async run(asked) {
      const host = hostOfVnic(asked, "vnic");
      checkEtag(asked, vnicFields(asked, host));
      await change(asked, instances, host, { createVnicDetails: asked.body });
      return shown(vnicFields(asked, host));
    },
  },
  {
    method: "DELETE",
    path: `${BASE}/privateIps/{id}`,
    run(asked) {
      const { id = "" } = asked.params;
      if (hosts(asked).some(({ vnic }) => siblingId(vnic.id, "privateip") === id))
        throw conflict(privateIps.service, `The private IP ${id} is its VNIC's primary one.`);
      return remove(asked, privateIps);
    },
  },
  ...collection(privateIps),
  ...collection(publicIps),
  { method: "POST", path: `${BASE}/publicIps/actions/getByIpAddress`, run: publicIpBy("ipAddress") },
  { method: "POST", path: `${BASE}/publicIps/actions/getByPrivateIpId`, run: publicIpBy("privateIpId") },
];
