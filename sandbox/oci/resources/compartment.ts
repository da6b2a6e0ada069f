/** Compartments. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { maybeFlag, maybeText, text as required } from "../model/attributes.ts";
import { nestedTags } from "../model/fields.ts";
import { needed } from "../model/query.ts";
import { isWithin, requireCompartment } from "../model/records.ts";
import { beginDeletion, deletedCompartments } from "./deleted-compartments.ts";
import { type Resource, type Stored, text } from "../kernel/resource.ts";
import { invalid, ServiceRefusal } from "../model/refusals.ts";

const SERVICE = "Identity Compartment";

const body = z.object({ name: text, description: text });

/** A compartment that is not on its way out. */
export type Compartment = Stored<z.output<typeof body>>;

/** The tenancy is a compartment too: the root. */
function root({ world }: ProviderContext): Compartment {
  return {
    id: world.state.oci.tenancyId,
    compartmentId: "",
    region: "",
    name: "sandbox",
    description: "The sandbox's tenancy",
    timeCreated: "2026-01-01T00:00:00.000Z",
    freeformTags: {},
    definedTags: {},
  };
}

function sameName(call: ProviderContext, name: string, parent: string): Compartment | undefined {
  const { compartments } = call.world.state.oci;
  return compartments.find((other) => other.name === name && other.compartmentId === parent);
}

/** A name stays taken while its compartment is being deleted. */
function isGoing(call: ProviderContext, name: string, parent: string): boolean {
  return deletedCompartments(call).some((gone) => gone.name === name && gone.compartmentId === parent);
}

/** In the service's words (jpetazzo/ampernetacle#56). */
function nameTaken(name: string): ServiceRefusal {
  const reason = `A compartment with name '${name}' already exists`;
  return new ServiceRefusal(409, "CompartmentAlreadyExists", reason, `Service: ${SERVICE}.`, "name");
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    compartments: Compartment[];
  }
}

/** Everything is in one; it goes when nothing is in it any more, and takes long for that. */
export const compartment: Resource<z.output<typeof body>> = {
  type: "oci_identity_compartment",
  service: SERVICE,
  path: "/20160918/compartments",
  idType: "compartment",
  home: true,
  state: "ACTIVE",
  states: { creating: "CREATING", deleting: "DELETING", deleted: "DELETED" },
  workBeside: { entityType: "compartment", move: "MoveCompartment", delete: "DeleteCompartment" },
  body,
  holds: { by: "compartmentId" },
  // Its own call is `moveCompartment`.
  without: ["move"],
  all: (tenancy) => tenancy.compartments,
  selected(query, call) {
    const { compartments, tenancyId } = call.world.state.oci;
    const compartmentId = requireCompartment(call, SERVICE, needed(query, "compartmentId"));
    if (query.get("compartmentIdInSubtree") !== "true")
      return compartments.filter((each) => each.compartmentId === compartmentId);
    if (compartmentId !== tenancyId)
      throw invalid(SERVICE, "compartmentIdInSubtree is for the root compartment (the tenancy) only.");
    return compartments;
  },
  unmade: (call) => [root(call)],
  gone: (call) =>
    deletedCompartments(call).map(({ state, region: _region, deletedAt: _at, ...each }) => ({
      ...each,
      definedTags: nestedTags(each.definedTags),
      lifecycleState: state,
      ...computed(),
    })),
  prepare: (said, { call, before }) => (before ? said : { compartmentId: call.world.state.oci.tenancyId, ...said }),
  check({ name, compartmentId }, { call, before }) {
    if (!/^[\w.-]{1,100}$/.test(name))
      throw invalid(
        SERVICE,
        `Name ${name} is invalid: letters, digits, period, hyphen, underscore; 100 at most.`,
        "name",
      );
    if (before && isWithin(call, before.id, compartmentId))
      throw invalid(SERVICE, "A compartment cannot be moved into itself, or into what is in it.", "compartment_id");
    const twin = sameName(call, name, compartmentId);
    if ((twin && twin.id !== before?.id) || (!before && isGoing(call, name, compartmentId))) throw nameTaken(name);
  },
  remove: (record, call) => beginDeletion(call, record),
  computed,
  // The provider adopts a compartment of the same name, unless it is to be deleted with the resource; else it forgets.
  terraform: (type) => ({
    ...type,
    create(call, planned) {
      const parent = maybeText(planned, "compartment_id") ?? call.world.state.oci.tenancyId;
      const twin = sameName(call, required(planned, "name"), parent);
      // The provider would adopt one that is on its way out too, and be refused when it changes it.
      if (!twin || isGoing(call, twin.name, parent) || maybeFlag(planned, "enable_delete") === true)
        return type.create(call, planned);
      return type.update?.(call, { id: twin.id }, { ...planned, compartment_id: twin.compartmentId }) ?? {};
    },
    delete(call, state) {
      if (maybeFlag(state, "enable_delete") === true) return type.delete(call, state);
    },
  }),
};

function computed(): Attributes {
  return { inactiveStatus: null, isAccessible: true };
}
