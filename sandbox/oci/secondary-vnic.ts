/** Secondary VNICs: attached to an instance that runs, as many as its shape has, and gone with it. */
import type { Call } from "../plugin/resource.ts";
import type { Instance, VnicAttachment } from "../world/oci.ts";
import { block, maybeNumber, maybeText, text } from "./attributes.ts";
import { detach } from "./primary-address.ts";
import { invalid, limitExceeded } from "./refusals.ts";
import { maxVnics, type ShapeSize } from "./shapes.ts";
import { defaultName, newObject, requireObject, type Stored, stored } from "./stored.ts";
import { attachVnic, changedVnic } from "./vnic.ts";

const SERVICE = "Core Vnic Attachment";

function attachmentsOf(call: Call, instanceId: string): readonly VnicAttachment[] {
  return call.world.state.oci.vnicAttachments.filter((each) => each.instanceId === instanceId);
}

/** @throws LimitExceeded when the shape has no room for the VNICs that there are and `more` of them */
export function requireVnics(
  call: Call,
  { id }: Instance,
  size: Pick<ShapeSize, "shape" | "ocpus">,
  more: number,
): void {
  const [used, limit] = [1 + attachmentsOf(call, id).length, maxVnics(size)];
  if (used + more <= limit) return;
  const of = `VNICs of ${size.shape} with ${size.ocpus} OCPU`;
  throw limitExceeded(SERVICE, [`${of} (limit ${limit}, used ${used}, asked ${more} more)`]);
}

/** The tags that Oracle gives: 0 is the primary VNIC's. */
function freeTag(call: Call, instanceId: string): number {
  const taken = attachmentsOf(call, instanceId).map(({ vlanTag }) => vlanTag);
  return Array.from({ length: taken.length + 1 }, (_, index) => index + 1).find((tag) => !taken.includes(tag)) ?? 1;
}

const kind: Stored<VnicAttachment> = {
  service: SERVICE,
  all: (tenancy) => tenancy.vnicAttachments,
  attributes: (each) => ({ display_name: each.displayName, instance_id: each.instanceId }),
  create(call, planned) {
    const host = requireObject(
      call,
      SERVICE,
      call.world.state.oci.instances,
      text(planned, "instance_id"),
      "instance_id",
    );
    const details = block(planned, "create_vnic_details");
    const index = maybeNumber(planned, "nic_index") ?? 0;
    if (index !== 0) throw invalid(SERVICE, `nicIndex ${index} is not valid: a VM has one card, 0.`, "nic_index");
    requireVnics(call, host, host, 1);
    const common = newObject(call, SERVICE, "vnicattachment", { compartment_id: host.compartmentId });
    const { availabilityDomain } = host;
    const displayName = defaultName(call, "vnic");
    return {
      ...common,
      displayName: maybeText(planned, "display_name"),
      availabilityDomain,
      instanceId: host.id,
      vlanTag: freeTag(call, host.id),
      ...attachVnic(call, details, { availabilityDomain, displayName, definedTags: common.definedTags }),
    };
  },
  update(call, record, planned) {
    Object.assign(record, changedVnic(call, record, block(planned, "create_vnic_details")));
  },
  remove(call, record) {
    detach(call.world.state.oci, record.vnic.id);
  },
};

export const vnicAttachment = stored(kind);
