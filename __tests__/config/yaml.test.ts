import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYaml, readYamlDocuments, YamlError } from "../../config/yaml.ts";
import { readConfiguration } from "../../sandbox/talos/model/config/documents.ts";
import { schematicId } from "../../sandbox/talos/model/image-factory.ts";
import { ConfigError } from "../../sandbox/talos/model/config/value.ts";
import { mergeContexts } from "../../cli/clients/contexts.ts";
import { CliError } from "../../cli/ui/errors.ts";
import { cpuSeconds } from "../cpu-seconds.ts";

const keys = (count: number): string => Array.from({ length: count }, (_, key) => `k${key}: v\n`).join("");
const bomb = [
  "machine:\n  a: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 9 }, (_, n) => `  b${n}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(", ")}]`),
].join("\n");
const cycle = "machine: &m\n  sysctls: *m\n";

const REFUSED: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["200,000 keys", keys(200_000), /^longer than 1000000 characters: got \d+$/],
  ["50,000 short keys", keys(50_000), /^more than 100000 words and signs$/],
  ["lists in lists", `${"[".repeat(5000)}${"]".repeat(5000)}`, /^more than 100 levels deep$/],
  ["lists in lists on one line", `${"- ".repeat(20_000)}x`, /^more than 100 levels deep$/],
  ["a few aliases that are billions of values", bomb, /^more than 100000 values with its aliases written out$/],
  [
    "a chain of aliases",
    [...Array(150).keys()].map((n) => `- &c${n} [${n ? `*c${n - 1}` : "x"}]`).join("\n"),
    /levels deep$/,
  ],
  ["an alias of what it is in", cycle, /^an alias of what it is a part of$/],
  ["a key that comes twice", "a: 1\nb: 2\na: 3\n", /^Map keys must be unique$/],
];

describe("texts that would keep a reader busy", () => {
  let most: number;
  beforeAll(() => {
    cpuSeconds(() => parseYaml(keys(3000))); // what is compiled is compiled then
    most = cpuSeconds(() => parseYaml(keys(12_000)));
  });

  it.each(REFUSED)(
    "%s are refused in one line, in the time that a text may take, or little more",
    (_, text, message) => {
      const seconds = cpuSeconds(() => {
        expect(() => readYamlDocuments(text)).toThrow(YamlError);
        expect(() => readYamlDocuments(text)).toThrow(message);
      });
      expect(seconds / most).toBeLessThan(12);
    },
  );

  it("as many keys as the budget has take the time of their number, not of its square", () => {
    expect(Object.keys(parseYaml(keys(12_000)) ?? {})).toHaveLength(12_000);
    // The quickest of several: whatever else the machine does only adds to it.
    const quickest = (count: number): number =>
      Math.min(...[1, 2, 3].map(() => cpuSeconds(() => parseYaml(keys(count)))));
    // Four times as many: sixteen times as long by the square.
    expect(quickest(12_000)).toBeLessThan(8 * quickest(3000) + 0.1);
  });
});

it("says on which line a key comes again", () => {
  expect(() => readYamlDocuments("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n")).toThrow(expect.objectContaining({ line: 5 }));
});

it("reads what is written with anchors, and merges of it", () => {
  expect(parseYaml("a: &a {b: 1}\nc: *a\nd: [*a, *a]\n")).toEqual({
    a: { b: 1 },
    c: { b: 1 },
    d: [{ b: 1 }, { b: 1 }],
  });
  expect(parseYaml("")).toBeNull();
});

it.each([
  ["a cycle", cycle],
  ["a bomb", bomb],
  ["a great many keys", `machine:\n  sysctls:\n${keys(60_000).replaceAll(/^/gm, "    ")}`],
])("a machine configuration, a schematic or a kubeconfig with %s is a mistake of who sent it", (_, text) => {
  expect(() => readConfiguration(text)).toThrow(ConfigError);
  expect(() => schematicId(text)).toThrow(ConfigError);
  expect(() => mergeContexts("kubeconfig", text, "contexts: []", "here")).toThrow(CliError);
});

it("an alias in a machine configuration is what it stands for", () => {
  const [document] = readConfiguration("machine:\n  sysctls: &s {a: b}\n  sysfs: *s\n");
  expect(document?.fields).toEqual({ machine: { sysctls: { a: "b" }, sysfs: { a: "b" } } });
});

it("nothing else that ships reads YAML past this reader", () => {
  const root = join(__dirname, "../..");
  const readers = ["cli", "config", "constructs", "images", "sandbox", "stacks", "topology"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
      .map((name) => `${folder}/${name}`)
      .filter((name) =>
        /import \{[^}]*\b(?:parse\w*|Parser|Composer)\b[^}]*\} from "yaml"/.test(
          readFileSync(join(root, name), "utf8"),
        ),
      ),
  );
  expect(readers).toEqual(["config/yaml.ts"]);
});
