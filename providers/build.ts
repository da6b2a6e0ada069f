/**
 * Generates and compiles the TypeScript bindings of the three providers: `lib/` in each workspace.
 * Runs at `npm ci` (script `prepare`) and does nothing where the stamp says that `lib/` is current.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { devNull } from "node:os";
import { dirname, join } from "node:path";
import { type ProviderName, PROVIDERS, readSelection, selectionFile, stamp } from "./selection.ts";

const require = createRequire(import.meta.url);

/** Writes `providers/<name>/<resource>/index.ts` and more below `outDir`. */
async function generate(name: ProviderName, outDir: string): Promise<void> {
  // On import the generator asks a terraform binary for its version; without this it prints that binary's warnings.
  process.env.TF_CLI_CONFIG_FILE = devNull;
  process.env.CHECKPOINT_DISABLE = "1";
  const { CodeMaker } = require("codemaker");
  const { ConstructsMakerProviderTarget, Language, TerraformProviderConstraint } = require("@cdktn/commons");
  // By its inner path: the package's index insists on jsii, which only other languages need.
  const { TerraformProviderGenerator } = require("@cdktn/provider-generator/build/get/generator/provider-generator");

  const { source, version } = readSelection(name);
  const schema = JSON.parse(readFileSync(selectionFile(name, "schema.json"), "utf8"));
  const address = `registry.terraform.io/${source}`;
  const generator = new TerraformProviderGenerator(new CodeMaker(), {
    format_version: "1.0",
    provider_schemas: { [address]: schema },
    provider_versions: { [address]: version },
  });
  const constraint = new TerraformProviderConstraint({ name, source, version });
  generator.generate(new ConstructsMakerProviderTarget(constraint, Language.TYPESCRIPT));
  await generator.save(outDir);
}

/** Keeps one `<resource>/index.ts` each (no barrels, they load everything) and lets it import `cdktf`, our alias. */
function arrange(generated: string, src: string): void {
  for (const resource of readdirSync(generated, { withFileTypes: true })) {
    if (!resource.isDirectory()) continue;
    const code = readFileSync(join(generated, resource.name, "index.ts"), "utf8");
    mkdirSync(join(src, resource.name), { recursive: true });
    writeFileSync(join(src, resource.name, "index.ts"), code.replaceAll("from 'cdktn'", "from 'cdktf'"));
  }
}

function compile(src: string, lib: string): void {
  const config = {
    compilerOptions: {
      target: "es2022",
      module: "node16",
      rootDir: "src",
      outDir: lib,
      declaration: true,
      // Links to the documentation, on every attribute: a tenth of what has to be read at each synth.
      removeComments: true,
      strict: true,
      skipLibCheck: true,
      types: [],
    },
    include: ["src"],
  };
  const project = join(dirname(src), "tsconfig.json");
  writeFileSync(project, JSON.stringify(config));
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
  execFileSync(process.execPath, [tsc, "--project", project], { stdio: "inherit" });
}

async function build(name: ProviderName): Promise<void> {
  const started = performance.now();
  // Inside the workspace, so that the compiler finds cdktf and constructs.
  const work = mkdtempSync(selectionFile(name, ".build-"));
  try {
    await generate(name, work);
    arrange(join(work, "providers", name), join(work, "src"));
    compile(join(work, "src"), join(work, "lib"));
    writeFileSync(join(work, "lib", ".stamp"), stamp(name));
    rmSync(selectionFile(name, "lib"), { recursive: true, force: true });
    renameSync(join(work, "lib"), selectionFile(name, "lib"));
  } finally {
    rmSync(work, { recursive: true });
  }
  console.log(`@cdktf/provider-${name}: bindings built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function isCurrent(name: ProviderName): boolean {
  const file = selectionFile(name, "lib/.stamp");
  return existsSync(file) && readFileSync(file, "utf8") === stamp(name);
}

for (const name of PROVIDERS) if (!isCurrent(name)) await build(name);
