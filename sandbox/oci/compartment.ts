/** Compartments. */
import type { Attributes, Call, Refusal, ResourceType } from "../plugin/resource.ts";
import type { Compartment, OciTenancy } from "../world/oci.ts";
import { maybeFlag, maybeText, text } from "./attributes.ts";
import { requireHomeRegion } from "./home-region.ts";
import { beginDeletion, deletedCompartments } from "./deleted-compartments.ts";
import { invalid, referenced, ServiceRefusal } from "./refusals.ts";
import { newObject, stored } from "./stored.ts";

const COMPARTMENT = "Identity Compartment";

/** Everything that is in a compartment. */
function contents(tenancy: OciTenancy, id: string): string | undefined {
  const { compartments, vcns, images, instances, networkLoadBalancers, networkSecurityGroups, subnets } = tenancy;
  const { volumes, buckets, serviceGateways, dhcpOptions, policies, volumeBackupPolicies } = tenancy;
  const { loadBalancers, instanceConfigurations, instancePools, preservedBootVolumes = [] } = tenancy;
  const all = [
    ...[loadBalancers, instanceConfigurations, instancePools, preservedBootVolumes].flat(),
    ...[compartments, vcns, images, instances, networkLoadBalancers, networkSecurityGroups, subnets].flat(),
    ...[volumes, buckets, serviceGateways, dhcpOptions, policies, volumeBackupPolicies].flat(),
  ];
  return all.find(({ compartmentId }) => compartmentId === id)?.id;
}

const compartmentKind = stored<Compartment>({
  service: COMPARTMENT,
  all: (tenancy) => tenancy.compartments,
  attributes: (record) => ({
    name: record.name,
    description: record.description,
    inactive_state: null,
    is_accessible: true,
    state: "ACTIVE",
  }),
  create(call, planned) {
    requireHomeRegion(call, COMPARTMENT);
    const name = requireName(planned);
    const parent = maybeText(planned, "compartment_id") ?? call.world.state.oci.tenancyId;
    return {
      ...newObject(call, COMPARTMENT, "compartment", { ...planned, compartment_id: parent }, "global"),
      name,
      description: text(planned, "description"),
    };
  },
  update(call, record, planned) {
    requireHomeRegion(call, COMPARTMENT);
    const name = requireName(planned);
    const twin = sameName(call, name, record.compartmentId);
    if (twin && twin.id !== record.id) throw nameTaken(name);
    record.name = name;
    record.description = text(planned, "description");
  },
  remove(call, record) {
    requireHomeRegion(call, COMPARTMENT);
    const inside = contents(call.world.state.oci, record.id);
    if (inside !== undefined)
      throw referenced(COMPARTMENT, `The compartment ${record.name}`, `${inside}, which is in it`);
    beginDeletion(call, record);
  },
});

function requireName(planned: Attributes): string {
  const name = text(planned, "name");
  if (!/^[\w.-]{1,100}$/.test(name))
    throw invalid(
      COMPARTMENT,
      `Name ${name} is invalid: letters, digits, period, hyphen, underscore; 100 at most.`,
      "name",
    );
  return name;
}

function sameName(call: Call, name: string, parent: string): Compartment | undefined {
  const { compartments } = call.world.state.oci;
  return compartments.find((other) => other.name === name && other.compartmentId === parent);
}

/** A name stays taken while its compartment is being deleted. */
function isGoing(call: Call, name: string, parent: string): boolean {
  return deletedCompartments(call).some((gone) => gone.name === name && gone.compartmentId === parent);
}

/** In the service's words (jpetazzo/ampernetacle#56). */
function nameTaken(name: string): Refusal {
  const reason = `A compartment with name '${name}' already exists`;
  return new ServiceRefusal(409, "CompartmentAlreadyExists", reason, `Service: ${COMPARTMENT}.`, "name");
}

/** The provider adopts a compartment of the same name, unless it is to be deleted with the resource; else it forgets. */
export const compartment: ResourceType = {
  ...compartmentKind,
  create(call, planned) {
    const name = text(planned, "name");
    const parent = maybeText(planned, "compartment_id") ?? call.world.state.oci.tenancyId;
    const twin = sameName(call, name, parent);
    // The provider would adopt that one too, and be refused when it changes it.
    if (isGoing(call, name, parent)) throw nameTaken(name);
    if (!twin) return compartmentKind.create(call, planned);
    if (maybeFlag(planned, "enable_delete") === true) throw nameTaken(name);
    return compartmentKind.update?.(call, { id: twin.id }, { ...planned, compartment_id: twin.compartmentId }) ?? {};
  },
  delete(call, state) {
    if (maybeFlag(state, "enable_delete") === true) return compartmentKind.delete(call, state);
  },
};
