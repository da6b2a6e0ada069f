/**
 * Cuts `oci/replacement.json` (which attributes replace a resource, which have defaults) to the selected resources.
 * `providers schema -json` prints neither, so this comes from a file of `{resource: {force_new, defaults}}`.
 *
 *   node providers/select-replacement.ts FILE
 */
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { z } from "zod";
import { readSelection, selectionFile } from "./selection.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const everything = z.record(
  z.string(),
  z.object({ force_new: z.array(z.string()), defaults: z.record(z.string(), scalar).optional() }),
);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node providers/select-replacement.ts FILE");
const all = everything.parse(JSON.parse(readFileSync(file, "utf8")));
const { resources } = readSelection("oci");
const selected = resources.map((name) => {
  const found = all[name];
  if (found === undefined) throw new Error(`${file} has no ${name}`);
  return [name, found];
});
const text = await format(JSON.stringify(Object.fromEntries(selected)), { parser: "json", printWidth: 120 });
writeFileSync(selectionFile("oci", "replacement.json"), text);
