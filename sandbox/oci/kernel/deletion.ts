/** Deletes what is declared, unless something needs it. */
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { OciObject, OciTenancy } from "../../world/oci.ts";
import { requireHomeRegion } from "../model/home-region.ts";
import { referenced } from "../model/refusals.ts";
import type { Resource, Stored } from "./resource.ts";

/** Every object that there is; compartments on their way out are none any more. */
function objects({ deletedCompartments: _gone, ...tenancy }: OciTenancy): readonly OciObject[] {
  return Object.values(tenancy).flatMap((list): readonly OciObject[] => (Array.isArray(list) ? list : []));
}

/** The first object that names another one by a field. @param but ids that do not count */
function firstNaming(
  tenancy: OciTenancy,
  field: "vcnId" | "compartmentId",
  id: string,
  but: readonly string[],
): string | undefined {
  return objects(tenancy).find((each) => Reflect.get(each, field) === id && !but.includes(each.id))?.id;
}

/** @throws ServiceRefusal while something is in it, or needs it */
export function remove<B extends Attributes>(d: Resource<B>, call: ProviderContext, record: Stored<B>): void {
  const { oci } = call.world.state;
  if (d.home) requireHomeRegion(call, d.service);
  const held = d.holds && firstNaming(oci, d.holds.by, record.id, d.holds.but?.(record) ?? []);
  if (held !== undefined)
    throw referenced(d.service, `The ${d.service.replace(/^\w+ /, "")} ${record.id}`, `${held}, which is in it`);
  d.remove?.(record, call);
  const list = d.all(oci);
  list.splice(list.indexOf(record), 1);
  call.world.changed();
}
