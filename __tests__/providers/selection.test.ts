import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PRESET_NAMES } from "../../config/index.ts";
import { PROVIDERS, readSelection, selectionFile, stamp } from "../../providers/selection.ts";
import { leastOf } from "../config/labs.ts";
import { type Stack, synthesizeAny } from "../stacks/synthesize.ts";

const stacks = PRESET_NAMES.flatMap((preset) => Object.values(synthesizeAny(leastOf(preset))));
const used = (part: (stack: Stack) => object | undefined): string[] => [
  ...new Set(stacks.flatMap((stack) => Object.keys(part(stack) ?? {}))),
];
const builtIn = (type: string): boolean => type.startsWith("terraform_");

describe("the providers' selections", () => {
  it("are just what the stacks use", () => {
    const selections = PROVIDERS.map(readSelection);
    const resources = used((stack) => stack.resource).filter((type) => !builtIn(type));
    const dataSources = used((stack) => stack.data).filter((type) => !builtIn(type));
    expect(selections.flatMap((selection) => selection.resources).toSorted()).toEqual(resources.toSorted());
    expect(selections.flatMap((selection) => selection.dataSources).toSorted()).toEqual(dataSources.toSorted());
  });

  describe.each(PROVIDERS)("%s", (name) => {
    const selection = readSelection(name);
    const schema = JSON.parse(readFileSync(selectionFile(name, "schema.json"), "utf8"));

    it("has the schema of each thing selected, and of nothing else", () => {
      expect(Object.keys(schema.resource_schemas)).toEqual(selection.resources);
      expect(Object.keys(schema.data_source_schemas)).toEqual(selection.dataSources);
      expect([schema.source, schema.version]).toEqual([selection.source, selection.version]);
    });

    it("has bindings that were generated from it", () => {
      expect(readFileSync(selectionFile(name, "lib/.stamp"), "utf8")).toBe(stamp(name));
    });

    it("has the version of its workspace", () => {
      expect(JSON.parse(readFileSync(selectionFile(name, "package.json"), "utf8")).version).toBe(selection.version);
    });

    it("shares one cdktf with the app", () => {
      const fromBindings = createRequire(selectionFile(name, "lib/provider/index.js")).resolve("cdktf");
      expect(fromBindings).toBe(createRequire(__filename).resolve("cdktf"));
    });

    const reference = `${__dirname}/../../../shared/reference/provider-schemas/${name}.json`;
    const real = existsSync(reference) ? JSON.parse(readFileSync(reference, "utf8")) : null;
    const why = real === null ? " (skipped: ../shared/reference is not here)" : ` (skipped: it is of ${real.version})`;
    const isComparable = real?.version === selection.version;
    (isComparable ? it : it.skip)(`has the real provider's schema${isComparable ? "" : why}`, () => {
      expect(real.resource_schemas).toMatchObject(schema.resource_schemas);
      expect(real.data_source_schemas).toMatchObject(schema.data_source_schemas);
    });
  });
});
