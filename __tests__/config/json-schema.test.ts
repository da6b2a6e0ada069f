import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PRESET_NAMES } from "../../config/index.ts";
import { configJsonSchema, configJsonSchemaText } from "../../config/json-schema.ts";
import { leastOf, REPOSITORY } from "./labs.ts";

/** As an editor reads it, by zod's own reader of JSON schemas. */
const editor = z.fromJSONSchema(JSON.parse(configJsonSchemaText()));
const accepts = (lab: unknown): boolean => editor.safeParse(lab).success;

describe("config/lab.schema.json", () => {
  it("is what node config/document.ts writes now", () => {
    expect(readFileSync(join(REPOSITORY, "config/lab.schema.json"), "utf8")).toBe(configJsonSchemaText());
  });

  it.each(PRESET_NAMES)("takes the least that a lab of preset %s must say", (preset) => {
    expect(accepts({ $schema: "./config/lab.schema.json", ...leastOf(preset) })).toBe(true);
  });

  it.each([
    ["an unknown field", { colour: "red" }],
    ["an unknown preset", { preset: "freee" }],
    ["a host without memory", { hosts: [{ name: "pve-1", ocpus: 2 }] }],
    ["a micro without anything", { micro: {} }],
    ["a network plugin that is none", { kubernetes: { cni: "calico" } }],
  ])("marks %s", (_, wrong) => {
    expect(accepts({ ...leastOf("free"), ...wrong })).toBe(false);
  });

  it("says of every field what it means", () => {
    const silent = (schema: z.core.JSONSchema.BaseSchema, path: string): readonly string[] =>
      Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
        if (typeof field !== "object" || name === "$schema") return [];
        const forms = [field, ...(field.anyOf ?? [])];
        return [
          ...(forms.some(({ description }) => description !== undefined) ? [] : [`${path}${name}`]),
          ...forms.flatMap((form) => silent(form, `${path}${name}.`)),
        ];
      });
    expect(silent(configJsonSchema(), "")).toEqual([]);
  });
});
