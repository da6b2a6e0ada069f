/** OpenAPI 2 as protobuf (gnostic's OpenAPIv2.proto, as far as anything here has it): clients of Go take it in no other way. */
import { at, type Fields, fieldsAt, isFields, listAt, textAt, type Value } from "./objects/fields.ts";

function varint(value: number): Buffer {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

/** A field of text, or of a message with its fields; nothing where there is none. */
function field(number: number, content: string | readonly Buffer[]): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.concat(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

const texts = (number: number, list: readonly Value[]): readonly Buffer[] =>
  list.map((each) => field(number, String(each)));
const text = (number: number, value: string): readonly Buffer[] => (value === "" ? [] : [field(number, value)]);
const named = (number: number, name: string, value: readonly Buffer[]): Buffer =>
  field(number, [field(1, name), field(2, value)]);

/** `x-…`: any value, as YAML. */
const extensions = (number: number, fields: Fields): readonly Buffer[] =>
  Object.entries(fields)
    .filter(([name]) => name.startsWith("x-"))
    .map(([name, value]) => named(number, name, [field(2, JSON.stringify(value))]));

function schema(fields: Fields): readonly Buffer[] {
  const inner = (number: number, value: Value | undefined): readonly Buffer[] =>
    isFields(value) ? [field(number, [field(1, schema(value))])] : [];
  const properties = Object.entries(fieldsAt(fields, "properties")).map(([name, value]) =>
    named(1, name, schema(isFields(value) ? value : {})),
  );
  return [
    ...text(1, textAt(fields, "$ref")),
    ...text(2, textAt(fields, "format")),
    ...text(4, textAt(fields, "description")),
    ...texts(19, listAt(fields, "required")),
    ...inner(21, fields["additionalProperties"]),
    ...(textAt(fields, "type") === "" ? [] : [field(22, [field(1, textAt(fields, "type"))])]),
    ...inner(23, fields["items"]),
    ...(properties.length > 0 ? [field(25, properties)] : []),
    ...extensions(31, fields),
  ];
}

/** Of a query alone: there are no others. */
function parameter(value: Value): Buffer {
  const query = [field(2, "query"), field(4, textAt(value, "name")), field(6, textAt(value, "type"))];
  return field(8, [field(1, [field(2, [field(3, query)])])]);
}

const OPERATIONS = { get: 2, put: 3, post: 4, delete: 5, patch: 7 };

function operations(item: Value): readonly Buffer[] {
  return Object.entries(OPERATIONS).flatMap(([name, number]) => {
    const found = at(item, name);
    if (!isFields(found)) return [];
    const done = field(9, [named(1, "200", [field(1, [field(1, "OK")])])]);
    return [field(number, [...listAt(found, "parameters").map(parameter), done, ...extensions(13, found)])];
  });
}

/** The whole document. */
export function documentInProtobuf(document: Fields): Buffer {
  const paths = Object.entries(fieldsAt(document, "paths")).map(([path, item]) => named(2, path, operations(item)));
  const definitions = Object.entries(fieldsAt(document, "definitions")).map(([name, value]) =>
    named(1, name, schema(isFields(value) ? value : {})),
  );
  return Buffer.concat([
    field(1, textAt(document, "swagger")),
    field(2, [...text(1, textAt(document, "info", "title")), ...text(2, textAt(document, "info", "version"))]),
    field(8, paths),
    field(9, definitions),
  ]);
}
