/** What people write is what Terraform evaluates: held against the machine's own terraform or tofu. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformOutput, TerraformStack, Testing } from "cdktf";
import * as fc from "fast-check";
import { jsonOf, literal, yamlOf } from "../../constructs/lab/literal.ts";
import { parse } from "yaml";
import { itWithTool, TOOL } from "../cli/small-lab.ts";

const TRICKY = [
  "${path.module}",
  "$${x}",
  "$$${x}",
  "%{ if true }yes%{ endif }",
  "%%{x}",
  "$%{x}",
  "${TfToken[TOKEN.0]}",
  '"quoted"',
  'say "hi"',
  "back\\slash \\n \\",
  "two\nlines\r\n\tand a tab",
  "100% of $5 {x}",
  "${",
  "%{~",
  "äöü 🦆 \u2028 \u007F",
  "",
];

const text = fc
  .array(fc.constantFrom("$", "%", "{", "}", '"', "\\", "\n", "~", "u0024", "TfToken[TOKEN.1]", "a", "🦆"), {
    maxLength: 8,
  })
  .map((parts) => parts.join(""));

/** Values of outputs as the tool evaluates them. */
function evaluated(outputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), "ampere-literal-"));
  const run = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(TOOL ?? "", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr.slice(-500));
    return stdout;
  };
  try {
    const values = Object.entries(outputs).map(([name, value]) => [name, { value }]);
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ output: Object.fromEntries(values) }));
    run("init", "-input=false");
    run("apply", "-auto-approve", "-input=false");
    const printed: Readonly<Record<string, { value: unknown }>> = JSON.parse(run("output", "-json"));
    return Object.fromEntries(Object.entries(printed).map(([name, { value }]) => [name, value]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a stack writes for a value of cdktf's. */
function synthesized(value: string): unknown {
  const stack = new TerraformStack(new App({ outdir: tmpdir() }), "test");
  new TerraformOutput(stack, "made", { value });
  return JSON.parse(Testing.synth(stack)).output.made.value;
}

const CASES = [...TRICKY, ...fc.sample(text, { numRuns: 150, seed: 19 })];

itWithTool("a text is evaluated as it was written, as a value and as a key", async () => {
  const outputs = CASES.map((each) => ({ value: literal(each), map: { [literal(`k${each}`)]: "v" } }));
  const got = evaluated(Object.fromEntries(outputs.map((output, index) => [`o${index}`, output])));
  for (const [index, each] of CASES.entries())
    expect(got[`o${index}`]).toEqual({ value: each, map: { [`k${each}`]: "v" } });
});

itWithTool("a document is encoded with every text as it was written", async () => {
  // What looks like a token of cdktf's is one to it, here: no text of people gets into a document.
  const cases = CASES.filter((each) => !each.includes("${TfToken["));
  const outputs = cases.flatMap((each, index) => {
    const document = { [`k${each}`]: each, list: [each, { nested: each }], number: 1, none: null };
    return [
      [`json${index}`, synthesized(jsonOf(document))],
      [`yaml${index}`, synthesized(yamlOf(document))],
    ];
  });
  const got = evaluated(Object.fromEntries(outputs));
  for (const [index, each] of cases.entries()) {
    const document = { [`k${each}`]: each, list: [each, { nested: each }], number: 1, none: null };
    expect(JSON.parse(String(got[`json${index}`]))).toEqual(document);
    expect(parse(String(got[`yaml${index}`]))).toEqual(document);
  }
});
