/** Declared resources as Terraform sees them: the provider's attributes are the API's fields in snake case. */
import type { Attributes, ProviderContext, Json, ResourceType } from "../../plugin/resource.ts";
import type { Members, Shape } from "../../plugin/schema.ts";
import { isObject, text } from "../model/attributes.ts";
import { apiName, flatTags, membersOf } from "../model/fields.ts";
import { find, providerTime, requireObject } from "../model/records.ts";
import { remove } from "./deletion.ts";
import { change, create, viewOf } from "./operations.ts";
import type { Played, Resource, Stored } from "./resource.ts";

type Renames = Readonly<Record<string, string>>;

const RENAMES: Renames = { state: "lifecycleState", inactive_state: "inactiveStatus" };

function fieldValue(value: Json, shape: Shape, single: boolean, renames: Renames): Json {
  if (Array.isArray(value)) {
    const element = shape.kind === "list" || shape.kind === "set" ? shape.element : shape;
    const items = value.map((item: Json) => fieldValue(item, element, false, renames));
    return single ? (items[0] ?? null) : items;
  }
  return shape.kind === "object" && isObject(value) ? fieldsOf(value, shape.members, renames) : value;
}

/** The provider's arguments as the API's fields. A block that there is one of is an object. */
export function fieldsOf(attributes: Attributes, members: Members, renames: Renames = {}): Attributes {
  const entries = Object.entries(attributes).flatMap(([name, value]): [string, Json][] => {
    const member = members[name];
    if (member === undefined || member.readOnly === true) return [];
    const field = renames[name] ?? RENAMES[name] ?? apiName(name);
    return [[field, fieldValue(value, member.shape, member.single === true, renames)]];
  });
  return Object.fromEntries(entries);
}

/** A value that is no text is shown as JSON. */
function texts(value: Attributes): Attributes {
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    typeof item === "string" ? item : JSON.stringify(item),
  ]);
  return Object.fromEntries(entries);
}

function attributeValue(name: string, value: Json, shape: Shape, renames: Renames): Json {
  if (shape.kind === "list" || shape.kind === "set") {
    const { element } = shape;
    const items: readonly Json[] = Array.isArray(value) ? value : value === null ? [] : [value];
    return items.map((item) => attributeValue(name, item, element, renames));
  }
  if (shape.kind === "object" && isObject(value)) return attributesOf(value, shape.members, renames);
  if (shape.kind === "map" && isObject(value)) return name.endsWith("_tags") ? flatTags(name, value) : texts(value);
  if (typeof value === "string" && name.startsWith("time_") && value.endsWith("Z")) return providerTime(value);
  return shape.kind === "string" && typeof value === "number" ? String(value) : value;
}

/** The API's fields as the provider's attributes; fields without a value are left out. */
export function attributesOf(view: Attributes, members: Members, renames: Renames = {}): Attributes {
  const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();
  const fields = new Map(Object.entries(view).map(([field, value]) => [plain(field), value]));
  const entries = Object.entries(members).flatMap(([name, { shape }]): [string, Json][] => {
    const value = fields.get(plain(renames[name] ?? RENAMES[name] ?? name));
    return value === undefined ? [] : [[name, attributeValue(name, value, shape, renames)]];
  });
  return Object.fromEntries(entries);
}

/** A record as the provider tells it. */
export function providerView<B extends Attributes>(
  d: Resource<B>,
  call: ProviderContext,
  record: Stored<B>,
): Attributes {
  const view = viewOf(d, record, call);
  return attributesOf(
    { ...view, ...d.forTerraform?.(record, view, call.world.state.oci) },
    membersOf(d.type) ?? {},
    d.renames,
  );
}

/** A declared resource as the stand-in of the provider plays it. */
export function terraformType<B extends Attributes>(d: Resource<B>): ResourceType {
  const bodyOf = (planned: Attributes): Attributes => {
    const said = fieldsOf(planned, membersOf(d.type) ?? {}, d.renames);
    return d.fromTerraform?.(said) ?? said;
  };
  const view = (call: ProviderContext, record: Stored<B>): Attributes => providerView(d, call, record);
  const readId = (call: ProviderContext, id: string): Attributes | null => {
    const record = find(call, d.all(call.world.state.oci), id);
    return record && view(call, record);
  };
  const type: Played = {
    create: (call, planned) => view(call, create(d, call, bodyOf(planned))),
    read: (call, state) => readId(call, text(state, "id")),
    update(call, prior, planned) {
      const record = requireObject(call, d.service, d.all(call.world.state.oci), text(prior, "id"));
      change(d, call, record, bodyOf(planned));
      return view(call, record);
    },
    delete(call, state) {
      const record = find(call, d.all(call.world.state.oci), text(state, "id"));
      if (record !== null) remove(d, call, record);
    },
    importState: readId,
  };
  return d.terraform?.(type) ?? type;
}
