/** Calls functions of the module, as an engine's runtime does. Prints a line for each: the id of what it returns, its text, or why not. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { connection, dag } from "@dagger.io/dagger";
import { transformSync } from "@swc/core";
import { z } from "zod";

const calls = z.array(z.tuple([z.string()], z.unknown())).parse(JSON.parse(process.argv[2] ?? ""));

const MODULE = new URL("../../.dagger/src/index.ts", import.meta.url).href;

// Node reads TypeScript as it is, but for decorators; an engine has tsx for that.
registerHooks({
  load(url, context, next) {
    if (url !== MODULE) return next(url, context);
    const parser = { syntax: "typescript", decorators: true } as const;
    const { code } = transformSync(readFileSync(fileURLToPath(url), "utf8"), {
      jsc: { parser, target: "es2022", transform: { legacyDecorator: true } },
      module: { type: "es6" },
    });
    return { format: "module", source: code, shortCircuit: true };
  },
});

/** `{"directory": "/path"}`, `{"file": …}` and `{"secret": …}` stand for objects, null for an argument left out. */
const argument = z.union([
  z.strictObject({ directory: z.string() }).transform(({ directory }) => dag.host().directory(directory)),
  z.strictObject({ file: z.string() }).transform(({ file }) => dag.host().file(file)),
  z.strictObject({ secret: z.string() }).transform(({ secret }) => dag.secret(secret)),
  z.null().transform(() => undefined),
  z.string(),
  z.array(z.string()),
]);

await connection(async () => {
  const { AmpereLab } = await import(MODULE);
  const lab = new AmpereLab();
  for (const [call, ...args] of calls) {
    try {
      const result = await lab[call](...args.map((arg) => argument.parse(arg)));
      console.log(typeof result === "string" ? result : await result.id());
    } catch (error) {
      console.log(error instanceof Error ? error.message : error);
    }
  }
});
