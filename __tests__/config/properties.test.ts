import * as fc from "fast-check";
import { parseConfig } from "../../config/index.ts";
import { formatPath } from "../../config/errors.ts";
import { valueAt } from "../../config/issues.ts";
import { changed, DIRECT_PRESETS, lab, LEAST, linesOf, PROXMOX_PRESETS } from "./labs.ts";

type Path = readonly (string | number)[];

/** Every config written out in full, with each optional field. */
const FULL: readonly unknown[] = [...PROXMOX_PRESETS, ...DIRECT_PRESETS].map((preset) => {
  const { hosts, kubernetes, ...rest } = lab({ preset, tags: { owner: "me" } });
  return JSON.parse(
    JSON.stringify({
      ...rest,
      oci: { ...rest.oci, budget: { amount: 1, email: "me@example.org" } },
      hosts: hosts.map((host) => ({ ...host, faultDomain: 2 })),
      kubernetes: {
        ...kubernetes,
        nodes: kubernetes.nodes.map((node) => (hosts.length === 0 ? node : { ...node, host: "pve-1" })),
      },
    }),
  );
});

/** The same on hosts that are there already. */
const AT_HOME: unknown = JSON.parse(
  JSON.stringify(
    changed(lab({ preset: "homelab" }), {
      "proxmox.nodes.0.number": 1,
      "proxmox.network.vlan": 7,
      "kubernetes.nodes.0.host": "pve",
    }),
  ),
);

/** What a config may have in place of something in those: other places of state, and a compartment that is there. */
const ELSEWHERE: readonly unknown[] = [
  { backend: "oci", bucket: "b", namespace: "n", region: "eu-frankfurt-1", prefix: "p" },
  { backend: "s3", bucket: "b", endpoint: "https://s3.example.org/x", region: "r", prefix: "p" },
]
  .map((state) => changed(FULL[0], { state }))
  .concat(changed(FULL[0], { "oci.compartment": { id: "ocid1.compartment.oc1..aaaa" } }));

/** Paths of everything in a config: sections, list items and fields. */
function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => [[...path, index], ...pathsIn(item, [...path, index])]);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsIn(inner, [...path, key])]);
}

const place = fc
  .constantFrom(...FULL, AT_HOME)
  .chain((config) => fc.record({ config: fc.constant(config), path: fc.constantFrom(...pathsIn(config)) }));

/** Valid nowhere: no field of a config takes any of these. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(-1, 0.5, Number.NaN, Infinity, -(2 ** 53), 10n ** 30n),
  fc.constantFrom<unknown>("\n\n", "\u001B[31mred\u001B[0m", `x${"y".repeat(300)}`, "🦆\r\n🦆"),
  fc.constantFrom<unknown>(Symbol("s"), () => 1, new Date(0), new Map([["a", 1]]), [[]], [null]),
);

const isNullable = (path: Path): boolean => path.length === 1 && ["micro", "oci", "proxmox"].includes(String(path[0]));
const ALLOWED_TEXT = new Set(["tags.owner"]);

describe("parseConfig", () => {
  it("answers one wrong value with one line that names it", () => {
    fc.assert(
      fc.property(place, junk, ({ config, path }, value) => {
        fc.pre(!(ALLOWED_TEXT.has(path.join(".")) && typeof value === "string"));
        const lines = linesOf(() => parseConfig(changed(config, { [path.join(".")]: value })));
        expect(lines).toHaveLength(1);
        expect(lines[0]).toContain(": got ");
        expect(lines[0]?.startsWith(`lab.config.ts: ${formatPath(path)}`)).toBe(true);
        expect(lines[0]).not.toContain("\u001B");
      }),
      { numRuns: 1000 },
    );
  });

  it("takes what Terraform would evaluate into no text but a tag, where it is escaped", () => {
    for (const config of [...FULL, ...ELSEWHERE])
      for (const path of pathsIn(config)) {
        if (typeof valueAt(config, path) !== "string" || ALLOWED_TEXT.has(path.join("."))) continue;
        for (const template of ["${path.module}", "%{ if true }", "$${x}", "${TfToken[TOKEN.0]}"]) {
          const within = [template, `a${template}`, `${String(valueAt(config, path))}${template}`];
          for (const text of within)
            expect(linesOf(() => parseConfig(changed(config, { [path.join(".")]: text })))).not.toEqual([]);
        }
      }
  });

  it("answers null for any section or field but micro with one line that names it", () => {
    fc.assert(
      fc.property(place, ({ config, path }) => {
        fc.pre(!isNullable(path));
        const lines = linesOf(() => parseConfig(changed(config, { [path.join(".")]: null })));
        expect(lines).toEqual([expect.stringContaining(`: ${formatPath(path)}: got null, allowed `)]);
      }),
    );
  });

  it("answers an unknown field anywhere with one line that names it", () => {
    fc.assert(
      fc.property(place, fc.constantFrom("zone", "__proto__", "constructor", "toString"), ({ config, path }, key) => {
        const at = valueAt(config, path);
        fc.pre(typeof at === "object" && at !== null && !Array.isArray(at) && path[0] !== "tags");
        const text = JSON.stringify(changed(config, { [path.join(".")]: { ...at, KEY: 1 } })).replace(
          '"KEY"',
          `"${key}"`,
        );
        const lines = linesOf(() => parseConfig(JSON.parse(text)));
        expect(lines).toEqual([expect.stringContaining(`: ${formatPath([...path, key])}: got an unknown field`)]);
      }),
    );
  });

  it("never throws anything but lines, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (input) => {
          for (const line of linesOf(() => parseConfig(input)))
            expect(line).toMatch(/^lab\.config\.ts: .+: got .+, allowed ./);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("survives objects that contain themselves", () => {
    const knot: Record<string, unknown> = { ...LEAST };
    knot["network"] = knot;
    knot["hosts"] = [knot];
    expect(linesOf(() => parseConfig(knot)).every((line) => line.startsWith("lab.config.ts: "))).toBe(true);
  });
});
