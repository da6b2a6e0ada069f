/** The `@example` of every construct and stack: compiled, run in a lab and synthesized. `lab` and `stack` are as in `extend`. */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ProxmoxProvider } from "@cdktf/provider-proxmox/provider";
import { TalosProvider } from "@cdktf/provider-talos/provider";
import { parseConfig } from "../../config/index.ts";
import { LabStack } from "../../constructs/lab/lab-stack.ts";
import { ociProvider } from "../../constructs/oci/sign-in.ts";
import { buildLab, type DirectLab, type HomeLab, type Lab } from "../../lab.ts";
import { planTopology } from "../../topology/plan.ts";
import { leastOf, REPOSITORY } from "../config/labs.ts";
import { HOME, IMAGES } from "../stacks/synthesize.ts";
import { chapters, write } from "./documented.ts";

interface Documented {
  readonly name: string;
  readonly file: string;
  readonly kind: "value" | "type";
  readonly isClass: boolean;
  readonly example: string | undefined;
}

const EXPORT =
  /(?:^\/\*\*(?<doc>(?:(?!\*\/).)*)\*\/\n)?^export (?:abstract )?(?<kind>class|function|const|interface|type) (?<name>\w+)/gms;

function documented(file: string): readonly Documented[] {
  return [...readFileSync(join(REPOSITORY, file), "utf8").matchAll(EXPORT)].map(({ groups }) => {
    const { doc = "", kind = "", name = "" } = groups ?? {};
    const [, example] = doc.split(/^ \* @example$/m);
    return {
      name,
      file,
      kind: ["interface", "type"].includes(kind) ? "type" : "value",
      isClass: kind === "class",
      example: example?.replaceAll(/^ \* ?/gm, "").replace(/ $/, ""),
    };
  });
}

const all = globSync(["constructs/**/*.ts", "stacks/*.ts", "topology/schematic.ts"], { cwd: REPOSITORY }).flatMap(
  documented,
);
const examples = all.filter((each) => each.example !== undefined);

/** Every name that an example speaks of, by where it is from. */
function importsOf(code: string): string {
  const known = [
    ...all.map(({ name, file, kind }) => ({ name, from: `../../${file}`, kind })),
    { name: "Aspects", from: "cdktf", kind: "value" },
    { name: "Construct", from: "constructs", kind: "type" },
    { name: "CoreVcnConfig", from: "@cdktf/provider-oci/core-vcn", kind: "type" },
    { name: "Lab", from: "../../lab.ts", kind: "type" },
    { name: "DirectLab", from: "../../lab.ts", kind: "type" },
    { name: "HomeLab", from: "../../lab.ts", kind: "type" },
  ];
  return known
    .filter(({ name }) => new RegExp(`\\b${name}\\b`).test(code))
    .map(({ name, from, kind }) => `import ${kind === "type" ? "type " : ""}{ ${name} } from "${from}";`)
    .join("\n");
}

// Within the checkout: its imports are found there.
const folder = mkdtempSync(join(REPOSITORY, "__tests__", ".typed-examples-"));
const file = join(folder, "examples.ts");
const outdir = mkdtempSync(join(tmpdir(), "ampere-lab-examples-"));
afterAll(() => [folder, outdir].forEach((each) => rmSync(each, { recursive: true })));

/** Of a lab with Proxmox VE, of one whose Talos runs on the instances, or of one on hosts that are there already. */
const isDirect = ({ file: from }: Documented): boolean => /(^|\/)direct-/.test(from);
const isHome = ({ file: from }: Documented): boolean => /(^|\/)existing-/.test(from);
const bodyOf = (some: readonly Documented[], type: string): string =>
  some.map(({ name, example }) => `  ${name}(lab: ${type}, stack: LabStack): void {\n${example}\n  },`).join("\n");
const body = bodyOf(
  examples.filter((each) => !isDirect(each) && !isHome(each)),
  "Lab",
);
const direct = bodyOf(examples.filter(isDirect), "DirectLab");
const home = bodyOf(examples.filter(isHome), "HomeLab");
writeFileSync(
  file,
  `${importsOf(`${body} ${direct} ${home} LabStack Lab`)}\nexport const run = {\n${body}\n};\nexport const direct = {\n${direct}\n};\nexport const home = {\n${home}\n};\n`,
);

type LabOf = Lab | DirectLab | HomeLab;

const PRESET_OF = { run: "free-pair", direct: "direct", home: "homelab" } as const;

class Own extends LabStack {}

describe("examples in docblocks", () => {
  it("are there for every construct and stack", () => {
    const inner = ["Instance", "LabApp", "LabError", "FreeTierError", "UnknownAmount"];
    const without = all.filter(
      ({ isClass, example, name }) => isClass && example === undefined && !inner.includes(name),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it("compile, and so does what docs/extending.md shows", () => {
    for (const [title, files] of chapters()) write(join(folder, title.replaceAll(/\W+/g, "-")), files);
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
    const config = { extends: "../../tsconfig.json", compilerOptions, include: ["**/*.ts"], exclude: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
    expect(spawnSync(process.execPath, [tsc, "--project", folder], { encoding: "utf8" }).stdout).toBe("");
  });

  it.each(["run", "direct", "home"] as const)(
    "run in a lab, and all that they make is synthesized (%s)",
    async (which) => {
      const written: Record<string, Record<string, (lab: LabOf, stack: LabStack) => void>> = await import(file);
      const examplesOf = written[which] ?? {};
      const extend = (lab: LabOf): void => {
        for (const [name, example] of Object.entries(examplesOf)) {
          const stack = new Own(lab.app, `of-${name.toLowerCase()}`, lab);
          example(lab, stack);
          if (stack.node.tryFindChild("oci") === undefined && which !== "home") ociProvider(stack);
          new ProxmoxProvider(stack, "proxmox");
          new TalosProvider(stack, "talos");
        }
      };
      const config = parseConfig({
        ...leastOf(PRESET_OF[which]),
        allowPaid: which !== "home",
        extend,
      });
      const app = buildLab({ topology: planTopology(config), images: IMAGES, home: HOME, outdir });
      expect(() => app.synth()).not.toThrow();
      expect(app.stacks.length).toBeGreaterThan(Object.keys(examplesOf).length + 1);
    },
    120_000,
  );
});
