/** What every construct promises of its inner resources, for a table of constructs. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Construct } from "constructs";
import { type LabInput, parseConfig } from "../../config/index.ts";
import { LabStack } from "../../constructs/lab/lab-stack.ts";
import { buildLab, type Lab } from "../../lab.ts";
import { planTopology } from "../../topology/plan.ts";
import { REPOSITORY } from "../config/labs.ts";
import { BASE, HOME, IMAGES } from "../stacks/synthesize.ts";

/** A way to make a construct: with props as in its `@example`, and `more` laid over them. */
type Make = (stack: LabStack, id: string, more: object) => Construct & { readonly nodes: object };

export interface Spec {
  readonly make: Make;
  /** What a `transform` may name. */
  readonly inner: readonly string[];
}

class Own extends LabStack {}

/** A lab of two hosts and a micro, whose home region is another, to make constructs in. */
export function place(over: Partial<LabInput> = {}): { readonly lab: Lab; stack(): LabStack } {
  const outdir = mkdtempSync(join(tmpdir(), "ampere-lab-specs-"));
  afterAll(() => rmSync(outdir, { recursive: true }));
  const labs: Lab[] = [];
  const extend = (lab: Lab): void => void labs.push(lab);
  const oci = { region: "eu-zurich-1", homeRegion: "eu-frankfurt-1" };
  const topology = planTopology(parseConfig({ ...BASE, preset: "free-pair", oci, ...over, extend }));
  buildLab({ topology, images: IMAGES, home: HOME, outdir });
  const [lab] = labs;
  if (lab === undefined) throw new Error("the lab was not extended");
  let stacks = 0;
  return { lab, stack: () => new Own(lab.app, `own-${(stacks += 1)}`, lab) };
}

/** The arguments of a construct's resources as Terraform gets them, by type and name. */
export function resourcesOf(stack: LabStack): Readonly<Record<string, Record<string, Record<string, unknown>>>> {
  return Object(stack.toTerraform()).resource ?? {};
}

/** Classes of a folder that are constructs, but for those that others are made from. */
function classesIn(folder: string): readonly string[] {
  return globSync(`${folder}/*.ts`, { cwd: REPOSITORY })
    .flatMap((file) => [
      ...readFileSync(join(REPOSITORY, file), "utf8").matchAll(/^export class (\w+) extends (\w+)/gm),
    ])
    .filter(([, , base = ""]) => !/^(?:App|Error|Terraform\w+)$/.test(base))
    .map(([, name = ""]) => name);
}

const NO_ARGUMENTS: readonly (readonly [what: string, value: unknown, got: string])[] = [
  ["a number", 3, "3"],
  ["a text", "mine", "mine"],
  ["null", null, "null"],
  ["a function that returns nothing", () => undefined, "a function that returns undefined"],
];

/** Tests that hold for each construct of a folder, of which none may be left out. */
export function describeConstructs(
  folder: string,
  { stack }: ReturnType<typeof place>,
  specs: Readonly<Record<string, Spec>>,
): void {
  it(`has a spec for each construct of ${folder}`, () => {
    expect(Object.keys(specs).toSorted()).toEqual(classesIn(folder).toSorted());
  });

  describe.each(Object.entries(specs))("%s", (_name, { make, inner }) => {
    it("gives each transform the lab's own arguments", () => {
      const seen = new Set<string>();
      const looking = (name: string) => (ours: object) => (seen.add(name), ours);
      const part = make(stack(), "part", { transform: Object.fromEntries(inner.map((name) => [name, looking(name)])) });
      expect([...seen].toSorted()).toEqual(inner.toSorted());
      expect(part.node.findAll().flatMap(({ node }) => node.validate())).toEqual([]);
    });

    it.each(NO_ARGUMENTS)("refuses %s in place of arguments, and names where", (_what, value, got) => {
      for (const name of inner) {
        const own = stack();
        const allowed = "arguments, or a function that returns arguments";
        expect(() => make(own, "part", { transform: { [name]: value } })).toThrow(
          expect.objectContaining({
            name: "LabError",
            path: `${own.node.id}/part`,
            message: expect.stringContaining(`transform.${name}: got ${got}, allowed ${allowed}`),
          }),
        );
      }
    });

    it.each([3, "mine", null])("refuses %j in place of transforms", (transform) => {
      expect(() => make(stack(), "part", { transform })).toThrow("transform: got ");
    });

    it("refuses at synth a transform of what it has not, and names what it has", () => {
      const part = make(stack(), "part", { transform: { misspelt: {} } });
      const [line = "", ...others] = part.node.validate();
      const [got, allowed = ""] = line.split(", allowed ");
      expect([got, others]).toEqual(["transform.misspelt: got a name of nothing here", []]);
      expect(allowed.split(", ").toSorted()).toEqual(inner.toSorted());
    });
  });
}
