import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LEAST, REPOSITORY } from "./labs.ts";

const LAB_CONFIG = join(REPOSITORY, "lab.config.ts");
const OBJECT = JSON.stringify(LEAST);

/** Files of a folder outside the checkout. */
const FILES: Readonly<Record<string, string>> = {
  "ok.ts": `export default ${OBJECT}`,
  "ok.js": `module.exports = ${OBJECT}`,
  "ok.mjs": `export default ${OBJECT}`,
  "ok.json": OBJECT,
  "known.json": OBJECT.replace("{", '{ "$schema": "./config/lab.schema.json",'),
  "marked.json": `\uFEFF${OBJECT.replaceAll(",", ",\r\n")}`,
  "marked.ts": `\uFEFFexport default ${OBJECT};\r\n`,
  "untyped/package.json": "{}",
  "untyped/ok.ts": `const lab: object = ${OBJECT};\nexport default lab;`,
  "commonjs/package.json": '{ "type": "commonjs" }',
  "commonjs/ok.ts": `export default ${OBJECT}`,
  "awaited.ts": `export default await Promise.resolve(${OBJECT})`,
  "wrong-value.ts": `export default { ...${OBJECT}, name: 3 }`,
  "syntax.ts": 'export default {\n  name: "x",\n  oci: { region: },\n};',
  "syntax.mjs": "export default {,};",
  "syntax.json": '{ "name":\n }',
  "enum.ts": "enum Lab { a }\nexport default { name: Lab.a };",
  "cyclic.ts": 'import { name } from "./cyclic-part.ts";\nexport default { name };',
  "cyclic-part.ts": 'import lab from "./cyclic.ts";\nexport const name = lab.name;',
  "missing-import.ts": 'import "./nowhere.ts";\nexport default {};',
  "throws.ts": 'const name: string = "x";\nexport default { name: name.nothing.at(0) };',
  "throws-text.ts": 'throw "out of cheese";',
  "rejects.ts": `void Promise.reject(new Error("nope"));\nexport default ${OBJECT}`,
  "rejects-text.ts": `void Promise.reject("nope");\nexport default ${OBJECT}`,
  "rejected-default.ts": 'export default Promise.reject(new Error("nope"));',
  "throws-elsewhere.ts": `process.nextTick(() => { throw new Error("nope"); });\nexport default ${OBJECT}`,
  "pollutes.ts": `Object.assign(Object.prototype, { polluted: 1 });\nexport default ${OBJECT}`,
  "no-default.ts": "export const lab = {};",
  "promise.ts": "export default Promise.resolve({});",
  "function.ts": "export default () => ({});",
  "lab.yaml": "name: x",
};

const PROGRAM = `
  import { loadConfig } from ${JSON.stringify(join(REPOSITORY, "config/load.ts"))};
  const outcome = {};
  for (const file of JSON.parse(process.argv[1])) {
    outcome[file] = await loadConfig(file).then((lab) => lab.name, (error) => error.message);
  }
  console.log(JSON.stringify(outcome));
`;

/** One real Node for all files: jest's own module loader does not import like one. */
function loadAll(): { readonly outcome: Readonly<Record<string, unknown>>; readonly complaints: string } {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-load-"));
  try {
    for (const [file, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const names = [...Object.keys(FILES), "nowhere.ts", "untyped.ts", LAB_CONFIG];
    mkdirSync(join(folder, "untyped.ts"));
    const args = ["--input-type=module", "--eval", PROGRAM, JSON.stringify(names)];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    return { outcome: JSON.parse(stdout), complaints: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a program says that does nothing but load a config, and how it ends. */
function loadAlone(text: string): { readonly status: number | null; readonly said: string } {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-load-"));
  const program = `
    import { loadConfig } from ${JSON.stringify(join(REPOSITORY, "config/load.ts"))};
    import { runMain } from ${JSON.stringify(join(REPOSITORY, "config/run-main.ts"))};
    await runMain(async () => void (await loadConfig("lab.config.ts")));
  `;
  try {
    writeFileSync(join(folder, "lab.config.ts"), text);
    const args = ["--input-type=module", "--eval", program];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    return { status, said: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a program that loads a config", () => {
  it("reports one that never ends, and ends itself", () => {
    const said = "lab.config.ts: a top-level await in it never settles\n";
    expect(loadAlone("await new Promise(() => undefined);\nexport default {};")).toEqual({ status: 1, said });
  });

  it("reports in one line what is thrown later", () => {
    const late = `setTimeout(() => { throw new Error("late"); }, 1);\nexport default ${OBJECT}`;
    expect(loadAlone(late)).toEqual({ status: 1, said: "late\n" });
  });
});

describe("loadConfig", () => {
  const { outcome, complaints } = loadAll();

  it.each(["ok.ts", "ok.js", "ok.mjs", "ok.json", "known.json", "awaited.ts"])("loads %s", (file) => {
    expect(outcome[file]).toBe("ampere-lab");
  });

  it.each(["marked.json", "marked.ts"])("loads %s, which begins with a byte order mark and has CRLF", (file) => {
    expect(outcome[file]).toBe("ampere-lab");
  });

  it.each(["untyped/ok.ts", "commonjs/ok.ts"])("loads %s, whatever type its package.json gives", (file) => {
    expect(outcome[file]).toBe("ampere-lab");
  });

  it("loads the repository's own", () => {
    expect(outcome[LAB_CONFIG]).toBe("ampere-lab");
  });

  it("lets Node complain about nothing", () => {
    expect(complaints).toBe("");
  });

  it("names the file in lines about its values", () => {
    expect(outcome["wrong-value.ts"]).toMatch(/^wrong-value\.ts: name: got 3, allowed /);
  });

  it.each([
    [
      "nowhere.ts",
      "nowhere.ts: no such file; name another with --config FILE or LAB_CONFIG, or write one as docs/config.md says",
    ],
    [
      "untyped.ts",
      "untyped.ts: not a file; name another with --config FILE or LAB_CONFIG, or write one as docs/config.md says",
    ],
    ["lab.yaml", 'lab.yaml: got a file ending in ".yaml", allowed .ts, .mts, .js, .mjs, .json'],
    ["syntax.ts", "syntax.ts:3: syntax error: Expression expected"],
    ["syntax.mjs", "syntax.mjs: syntax error: Unexpected token ','"],
    ["enum.ts", "enum.ts:1: syntax error: TypeScript enum is not supported in strip-only mode"],
    [
      "cyclic.ts",
      "cyclic-part.ts:2: Cannot access 'lab' before initialization; does it import a file that imports it again?",
    ],
    ["throws.ts", "throws.ts:2: could not be evaluated: Cannot read properties of undefined (reading 'at')"],
    ["throws-text.ts", "throws-text.ts: threw out of cheese"],
    ["rejects.ts", "rejects.ts:1: could not be evaluated: nope"],
    ["rejects-text.ts", "rejects-text.ts: could not be evaluated: nope"],
    ["rejected-default.ts", "rejected-default.ts:1: could not be evaluated: nope"],
    ["throws-elsewhere.ts", "throws-elsewhere.ts:1: could not be evaluated: nope"],
    ["pollutes.ts", "pollutes.ts: adds Object.prototype.polluted, which all objects share"],
    ["no-default.ts", "no-default.ts: no default export; end it with `export default defineLab({ … });`"],
    [
      "promise.ts",
      "promise.ts: its default export must be a plain object, got a promise; put `await` after `export default`",
    ],
    ["function.ts", "function.ts: its default export must be a plain object, got [Function: default]"],
  ])("says of %s in one line what is wrong", (file, line) => {
    expect(outcome[file]).toBe(line);
  });

  it.each(["syntax.json", "missing-import.ts"])("says of %s in one line what Node found", (file) => {
    expect(outcome[file]).toMatch(
      /^(syntax\.json: syntax error|missing-import\.ts: imports what is not there): [^\n]+$/,
    );
  });
});
