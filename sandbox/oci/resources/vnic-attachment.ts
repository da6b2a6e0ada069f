/** Secondary VNICs: attached to an instance that runs, as many as its shape has, and gone with it. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { isObject, text as required } from "../model/attributes.ts";
import { definedTagsOf } from "../kernel/operations.ts";
import { maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { detach, own, siblingId } from "./primary-address.ts";
import { invalid, limitExceeded } from "../model/refusals.ts";
import { maxVnics, type ShapeSize } from "../model/shapes.ts";
import { defaultName, requireObject } from "../model/records.ts";
import type { Instance } from "./instance.ts";
import { assignIpv6 } from "./ipv6.ts";
import { attachVnic, changedVnic, type Vnic } from "./vnic.ts";

const SERVICE = "Core Vnic Attachment";

const body = z.object({
  displayName: maybeText,
  availabilityDomain: text,
  instanceId: text,
  vlanTag: z.number(),
  vnic: z.custom<Vnic>(),
  privateIp: text,
  publicIp: maybeText,
});

type VnicAttachment = Stored<z.output<typeof body>>;

function attachmentsOf(call: ProviderContext, instanceId: string): readonly VnicAttachment[] {
  return call.world.state.oci.vnicAttachments.filter((each) => each.instanceId === instanceId);
}

/** @throws LimitExceeded when the shape has no room for the VNICs that there are and `more` of them */
export function requireVnics(
  call: ProviderContext,
  { id }: Pick<Instance, "id">,
  size: Pick<ShapeSize, "shape" | "ocpus">,
  more: number,
): void {
  const [used, limit] = [1 + attachmentsOf(call, id).length, maxVnics(size)];
  if (used + more <= limit) return;
  const of = `VNICs of ${size.shape} with ${size.ocpus} OCPU`;
  throw limitExceeded(SERVICE, [`${of} (limit ${limit}, used ${used}, asked ${more} more)`]);
}

/** The tags that Oracle gives: 0 is the primary VNIC's. */
function freeTag(call: ProviderContext, instanceId: string): number {
  const taken = attachmentsOf(call, instanceId).map(({ vlanTag }) => vlanTag);
  return Array.from({ length: taken.length + 1 }, (_, index) => index + 1).find((tag) => !taken.includes(tag)) ?? 1;
}

/** A launch attaches the primary VNIC. */
function primaryAttachment(host: Instance): VnicAttachment {
  const { availabilityDomain, vnic, privateIp, publicIp } = host;
  return {
    ...own(host),
    id: siblingId(vnic.id, "vnicattachment"),
    displayName: null,
    availabilityDomain,
    instanceId: host.id,
    vlanTag: 0,
    vnic,
    privateIp,
    publicIp,
  };
}

function attached(given: Attributes, call: ProviderContext): Attributes {
  const { instances } = call.world.state.oci;
  const host = requireObject(call, SERVICE, instances, required(given, "instanceId"), "instance_id");
  const { createVnicDetails = null, nicIndex = 0 } = given;
  if (nicIndex !== 0)
    throw invalid(SERVICE, `nicIndex ${String(nicIndex)} is not valid: a VM has one card, 0.`, "nic_index");
  requireVnics(call, host, host, 1);
  const { compartmentId, availabilityDomain } = host;
  const usual = { availabilityDomain, displayName: defaultName(call, "vnic"), definedTags: definedTagsOf({}, call) };
  return {
    ...given,
    compartmentId,
    availabilityDomain,
    vlanTag: freeTag(call, host.id),
    ...attachVnic(call, isObject(createVnicDetails) ? createVnicDetails : {}, usual),
  };
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    vnicAttachments: VnicAttachment[];
  }
}

/** The primary VNICs' attachments are listed with these. */
export const vnicAttachment: Resource<z.output<typeof body>> = {
  type: "oci_core_vnic_attachment",
  service: SERVICE,
  path: "/20160918/vnicAttachments",
  idType: "vnicattachment",
  state: "ATTACHED",
  states: { creating: "ATTACHING", deleting: "DETACHING", deleted: "DETACHED" },
  // Told once it is attached (oracle/oci-go-sdk v65, core/vnic_attachment.go).
  onceSettled: ["vnicId"],
  // An attachment is changed by its VNIC, and is where its instance is.
  without: ["update", "move"],
  body,
  fixed: ["displayName", "instanceId"],
  readOnly: ["availabilityDomain", "vlanTag", "privateIp", "publicIp", "vnic"],
  hidden: ["vnic", "privateIp", "publicIp"],
  notPlayed: ["create_vnic_details.private_ip_id", "create_vnic_details.vlan_id"],
  all: (tenancy) => tenancy.vnicAttachments,
  unmade: ({ world }) => world.state.oci.instances.map(primaryAttachment),
  prepare({ createVnicDetails = null, ...given }, { call, before }) {
    const details = isObject(createVnicDetails) ? createVnicDetails : {};
    return before
      ? { ...given, ...changedVnic(call, before, details) }
      : attached({ ...given, createVnicDetails }, call);
  },
  made: ({ vnic }, said, call) => assignIpv6(call, vnic.id, said),
  remove: ({ vnic }, { world }) => detach(world.state.oci, vnic.id),
  inventoryName: ({ vnic }) => vnic.displayName,
  computed: ({ vnic }) => ({ nicIndex: 0, subnetId: vnic.subnetId, vnicId: vnic.id }),
};
