import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { labFieldsText } from "../../config/fields-text.ts";
import type { LabFields } from "../../config/lab-fields.ts";
import { type LabConfig, labSchema } from "../../config/schema.ts";
import { LanguageServer } from "./language-server.ts";
import { REPOSITORY } from "./labs.ts";

/** Types alone: `npm run check` holds them against each other. */
export const asFields = (config: LabConfig): LabFields => config;
export const asConfig = (fields: LabFields): LabConfig => fields;

interface Field {
  readonly path: string;
  readonly line: number;
  readonly character: number;
}

const inner = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? inner(schema.unwrap()) : schema;

/** A lab that names every field, a line each; of fields that may be one of several objects, the one of this number. */
function labWithAll(form: number): { readonly text: string; readonly fields: readonly Field[] } {
  const lines = ['import type { LabFields } from "./config/lab-fields.ts";', "export const lab: LabFields = {"];
  const fields: Field[] = [];
  const write = (schema: z.core.$ZodType, path: string): void => {
    const given = inner(schema);
    if (given instanceof z.ZodUnion)
      return write(given.options[Math.min(form, given.options.length - 1)] ?? given, path);
    if (given instanceof z.ZodArray && inner(given.element) instanceof z.ZodObject) {
      lines.push("[{");
      write(given.element, `${path}[]`);
      lines.push("}]");
    } else if (given instanceof z.ZodObject) {
      for (const [name, field] of Object.entries(given.shape)) {
        const within = [inner(field)].flatMap((each) => (each instanceof z.ZodUnion ? each.options : [each]));
        const isObject = within.some((each) => inner(each) instanceof z.ZodObject);
        const isList = within.some((each) => each instanceof z.ZodArray && inner(each.element) instanceof z.ZodObject);
        fields.push({ path: `${path}${name}`, line: lines.length, character: 1 });
        // By what says which form it is, the others are told apart.
        const value =
          given.shape[name] instanceof z.ZodLiteral
            ? JSON.stringify([...given.shape[name].values][0])
            : "undefined as never";
        lines.push(isObject || isList ? `${name}:` : `${name}: ${value},`);
        if (isObject) lines.push("{");
        if (isObject || isList) write(field, `${path}${name}.`);
        if (isObject || isList) lines.push(isObject ? "}," : ",");
      }
    }
  };
  write(labSchema, "");
  lines.push("};");
  return { text: lines.join("\n"), fields };
}

// Of what LabInput makes of these fields, TypeScript 5.9's server says the same; that of 7.0 says nothing of mapped types.
describe("an editor", () => {
  let server: LanguageServer;
  beforeAll(async () => {
    server = await LanguageServer.start();
  });
  afterAll(() => server?.stop());

  it.each([0, 1, 2])(
    "says of every field what it means (form %i of those that have several)",
    async (form) => {
      const { text, fields } = labWithAll(form);
      const uri = server.open(`hover-${form}.ts`, text);
      expect(fields.length).toBeGreaterThan(90);
      const silent: string[] = [];
      for (const field of fields) {
        const said = await server.hover(uri, field);
        // After the type of the field, which stands in a block of code.
        const words = said.split("```").at(-1)?.trim() ?? "";
        if (words.length < 10) silent.push(field.path);
      }
      expect(silent).toEqual([]);
    },
    60_000,
  );
});

describe("config/lab-fields.ts", () => {
  it("is what `npm run docs` writes now", () => {
    expect(readFileSync(join(REPOSITORY, "config/lab-fields.ts"), "utf8")).toBe(labFieldsText());
  });
});
