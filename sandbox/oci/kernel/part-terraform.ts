/** Parts as Terraform sees them: it names them by their paths. */
import type { Attributes, ProviderContext, ResourceType } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import type { InventoryItem } from "../../world/world.ts";
import { text } from "../model/attributes.ts";
import { membersOf } from "../model/fields.ts";
import { requireHomeRegion } from "../model/home-region.ts";
import { find } from "../model/records.ts";
import {
  changePart,
  createPart,
  keyOf,
  type Part,
  partView,
  type PartPath,
  removePart,
  requireParent,
} from "./part.ts";
import { attributeOf } from "./operations.ts";
import type { Played } from "./resource.ts";
import { attributesOf, fieldsOf } from "./terraform.ts";

/** The path of a part as Terraform writes it: `networkLoadBalancers/{id}/listeners/{part}`. */
function template<P extends Attributes, B extends Attributes>(d: Part<P, B>): readonly string[] {
  return `${d.parent.path.replace(/.*\//, "")}/{id}/${d.path}/{part}`.split("/");
}

const parameter = (segment: string): string | undefined => /^\{(\w+)\}$/.exec(segment)?.[1];

/** As Go's url.PathEscape has it, with which the provider writes these. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/%(24|26|2B|3A|3D|40)/g, (code) => decodeURIComponent(code));
}

/** How a part is imported. */
function importId<P extends Attributes, B extends Attributes>(d: Part<P, B>, place: PartPath): string {
  const at = (segment: string): string => place[parameter(segment) ?? ""] ?? segment;
  return template(d)
    .map((segment) => escaped(at(segment)))
    .join("/");
}

function placeOf<P extends Attributes, B extends Attributes>(d: Part<P, B>, id: string): PartPath | null {
  const [wanted, given] = [template(d), id.split("/").map(decodeURIComponent)];
  const fits = wanted.length === given.length && wanted.every((each, at) => parameter(each) || each === given[at]);
  const entries = wanted.flatMap((each, at): [string, string][] => {
    const name = parameter(each);
    return name === undefined ? [] : [[name, given[at] ?? ""]];
  });
  return fits ? Object.fromEntries(entries) : null;
}

/** Every one that there is, by what imports it. */
export function partItems<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  tenancy: OciTenancy,
): readonly InventoryItem[] {
  return d.parent.all(tenancy).flatMap((parent) =>
    (d.places?.(parent) ?? [{ id: parent.id }]).flatMap((place) =>
      (d.all(parent, place) ?? []).flatMap((record) => {
        const { name = null, displayName = name }: Attributes = record;
        const id = d.importId?.(record, place) ?? importId(d, { ...place, part: keyOf(d, record) });
        const called = d.inventoryName ? d.inventoryName(record, parent) : String(displayName);
        return called === null ? [] : [{ type: d.type, id, name: called }];
      }),
    ),
  );
}

/** A part as the stand-in of the provider plays it. */
export function partType<P extends Attributes, B extends Attributes>(d: Part<P, B>): ResourceType {
  const bodyOf = (planned: Attributes): Attributes => fieldsOf(planned, membersOf(d.type) ?? {}, d.renames);
  const keyAttribute = Object.entries(d.renames ?? {}).find(([, field]) => field === d.key)?.[0] ?? attributeOf(d.key);
  const placeIn = (state: Attributes): PartPath => ({
    ...Object.fromEntries(Object.entries(d.place).map(([name, attribute]) => [name, text(state, attribute)])),
    part: String(state[keyAttribute]),
  });
  function viewOfPart(call: ProviderContext, record: B, place: PartPath): Attributes {
    const view = partView(d, record, requireParent(d, call, place.id), call);
    const at = { ...place, part: keyOf(d, record) };
    return {
      ...attributesOf(
        { ...view, ...d.forTerraform?.(record, view, call.world.state.oci) },
        membersOf(d.type) ?? {},
        d.renames,
      ),
      ...Object.fromEntries(Object.entries(d.place).map(([name, attribute]) => [attribute, place[name] ?? null])),
      id: d.key === "id" ? at.part : (d.importId?.(record, place) ?? importId(d, at)),
    };
  }
  function read(call: ProviderContext, place: PartPath): Attributes | null {
    const parent = find(call, d.parent.all(call.world.state.oci), place.id ?? "");
    const record = parent && d.all(parent, place)?.find((each) => keyOf(d, each) === place.part);
    return record ? viewOfPart(call, record, place) : null;
  }
  const type: Played = {
    create(call, planned) {
      const place = placeIn(planned);
      return viewOfPart(call, createPart(d, call, place, bodyOf(planned)), place);
    },
    read: (call, state) => read(call, placeIn(state)),
    update(call, prior, planned) {
      const place = placeIn(prior);
      return viewOfPart(call, changePart(d, call, place, bodyOf(planned)), place);
    },
    delete(call, state) {
      const place = placeIn(state);
      if (d.parent.home) requireHomeRegion(call, d.service);
      if (read(call, place)) removePart(d, call, place);
    },
    importState(call, id) {
      const place = placeOf(d, id);
      return place && read(call, place);
    },
  };
  return d.terraform?.(type) ?? type;
}
