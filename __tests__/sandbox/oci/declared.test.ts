/** What is declared of OCI's resources holds together. */
import replacement from "../../../providers/oci/replacement.json" with { type: "json" };
import { ociInventory, ociProvider } from "../../../sandbox/oci/index.ts";
import { declarations, parts } from "../../../sandbox/oci/resources/index.ts";
import { schemas } from "./arguments/configurations.ts";
import { emptyStore } from "./tenancy.ts";

const bodied = [...declarations, ...parts].map((each) => ({ ...each, names: Object.keys(each.body.shape) }));

it.each(bodied)("$type closes and hides only fields that it has", ({ names, fixed = [], readOnly = [] }) => {
  expect([...fixed, ...readOnly].filter((name) => !names.includes(name))).toEqual([]);
});

it.each(declarations)("$type hides only fields that it has", ({ body, hidden = [] }) => {
  expect(hidden.filter((name) => !(name in body.shape))).toEqual([]);
});

it.each(bodied.filter(({ type }) => type in schemas))(
  "$type says what is not played as the provider has it",
  (each) => {
    const { attributes = {}, block_types = {} } = schemas[each.type]?.block ?? {};
    const names = [...Object.keys(attributes), ...Object.keys(block_types)];
    expect((each.notPlayed ?? []).filter((path) => !names.includes(path.split(".")[0] ?? ""))).toEqual([]);
    const inside = JSON.stringify(block_types);
    const isThere = (name: string): boolean => names.includes(name) || inside.includes(`"${name}":`);
    expect(Object.keys(each.renames ?? {}).filter((name) => !isThere(name))).toEqual([]);
  },
);

test("types and paths are declared once", () => {
  const types = bodied.map(({ type }) => type);
  const paths = declarations.map(({ path }) => path);
  expect([new Set(types).size, new Set(paths).size]).toEqual([types.length, paths.length]);
});

test("an empty tenancy has a list for each, and nothing in the inventory", () => {
  const { oci } = emptyStore().state;
  expect(declarations.map((each) => each.all(oci))).toEqual(declarations.map(() => []));
  expect(ociInventory(oci)).toEqual([]);
});

test("the stand-in plays what is declared of the stacks' resources and their parts", () => {
  const played = Object.keys(ociProvider.resources);
  const declared = bodied.map(({ type }) => type).filter((type) => type in replacement);
  expect(declared.filter((type) => !played.includes(type))).toEqual([]);
  expect(declared).toEqual(expect.arrayContaining(["oci_core_vcn", "oci_budget_budget", "oci_budget_alert_rule"]));
});
