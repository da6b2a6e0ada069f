/** Deletes what is declared, unless something needs it. */
import type { Attributes, Call } from "../../plugin/resource.ts";
import type { OciObject, OciTenancy } from "../../world/oci.ts";
import { requireHomeRegion } from "../home-region.ts";
import { referenced } from "../refusals.ts";
import { declarations } from "../resources/index.ts";
import type { Resource, Stored } from "./resource.ts";

/** What is not declared: rules of its own make it. */
function others(tenancy: OciTenancy): readonly OciObject[] {
  const { images, instances, instanceConfigurations, instancePools, buckets, preservedBootVolumes } = tenancy;
  const { loadBalancers, securityLists } = tenancy;
  return [
    ...[images, instances, instanceConfigurations, instancePools, buckets, preservedBootVolumes].flat(),
    ...[loadBalancers, securityLists].flat(),
  ];
}

/** The first object that names another one by a field. @param but ids that do not count */
function firstNaming(
  tenancy: OciTenancy,
  field: "vcnId" | "compartmentId",
  id: string,
  but: readonly string[],
): string | undefined {
  const declared = declarations.flatMap((each): readonly OciObject[] => each.all(tenancy));
  return [...declared, ...others(tenancy)].find((each) => Reflect.get(each, field) === id && !but.includes(each.id))
    ?.id;
}

/** @throws ServiceRefusal while something is in it, or needs it */
export function remove<B extends Attributes>(d: Resource<B>, call: Call, record: Stored<B>): void {
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
