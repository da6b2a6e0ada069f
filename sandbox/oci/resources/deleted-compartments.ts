/**
 * Compartments on their way out. The service takes long: half of them are gone after 30 minutes, all after 180
 * (oracle/terraform-provider-oci, identity_compartment_resource.go). Until then the name is taken; then a suffix is appended
 * to it, which frees it (docs.oracle.com, Deleting a Compartment).
 */
import type { ProviderContext } from "../../plugin/resource.ts";
import type { Compartment } from "./compartment.ts";

const DELETION_MS = 30 * 60_000;
const SUFFIX = 8;

/** With when it was asked to go; RFC 3339. */
type DeletedCompartment = Compartment & { readonly deletedAt: string };

declare module "../../world/oci.ts" {
  interface OciTenancy {
    /** For a while on their way out, then DELETED under another name. */
    deletedCompartments: DeletedCompartment[];
  }
}

/** Its view during the deletion, and afterwards. */
type GoingCompartment = DeletedCompartment & { readonly state: "DELETING" | "DELETED" };

function stateOf({ world }: ProviderContext, { deletedAt }: DeletedCompartment): GoingCompartment["state"] {
  return Date.parse(world.now()) - Date.parse(deletedAt) < DELETION_MS ? "DELETING" : "DELETED";
}

/** As they are now, by the world's clock. */
export function deletedCompartments(call: ProviderContext): readonly GoingCompartment[] {
  return call.world.state.oci.deletedCompartments.map((each) => {
    const state = stateOf(call, each);
    return { ...each, state, name: state === "DELETING" ? each.name : `${each.name}.${each.id.slice(-SUFFIX)}` };
  });
}

/** Has a compartment go. Terraform is not kept waiting for it, as it would be by the service. */
export function beginDeletion({ world }: ProviderContext, compartment: Compartment): void {
  world.state.oci.deletedCompartments.push({ ...compartment, deletedAt: world.now() });
}
