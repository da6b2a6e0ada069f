/** From anything a config file exported to a complete, checked lab. */
import { checks } from "./checks.ts";
import { ConfigError, type ConfigIssue, shown } from "./errors.ts";
import { allowedAt, issuesOf } from "./issues.ts";
import { isPlain, merge } from "./merge.ts";
import { DEFAULT_PRESET, isPreset, PRESETS } from "./presets.ts";
import { type LabConfig, labSchema } from "./schema.ts";
import { rememberOrigin } from "./where.ts";

type Plain = Readonly<Record<string, unknown>>;

const section = (value: unknown): Plain => (isPlain(value) ? value : {});

/** Fields of `oci` that follow from other fields when they are not set. */
function derivedOci(input: Plain): Plain {
  const oci = section(input["oci"]);
  return {
    homeRegion: oci["homeRegion"] === undefined ? oci["region"] : oci["homeRegion"],
    compartment: oci["compartment"] === undefined ? { create: input["name"] } : oci["compartment"],
  };
}

/** Lays the input over its preset, without checking anything yet. */
function overPreset(input: Plain, basePort: number | undefined): unknown {
  const preset = input["preset"] ?? DEFAULT_PRESET;
  const chosen = PRESETS[isPreset(preset) ? preset : DEFAULT_PRESET];
  const base = basePort === undefined ? chosen : { ...chosen, access: { ...chosen.access, basePort } };
  const oci = input["oci"];
  if (base.oci === null && (oci === undefined || oci === null)) return merge({ ...base, preset }, input);
  const derived = oci === undefined || isPlain(oci) ? { ...input, oci: { ...oci, ...derivedOci(input) } } : input;
  // An account where none belongs is made whole, so that all there is to say of it is that.
  return merge({ ...base, oci: base.oci ?? PRESETS[DEFAULT_PRESET].oci, preset }, derived);
}

/** A derived field is wrong only because its source is, and that has a line of its own. */
function isWritten({ path }: ConfigIssue, input: Plain): boolean {
  const [top, key] = path;
  if (top !== "oci" || (key !== "homeRegion" && key !== "compartment")) return true;
  return section(input["oci"])[key] !== undefined;
}

/** No field is deeper: `kubernetes.nodes[0].name`. An object that contains itself is. */
const DEPTH = 4;

/** Dates, maps and other instances: zod would take them for objects without fields. */
function instancesIn(value: unknown, path: readonly PropertyKey[]): readonly ConfigIssue[] {
  if (typeof value !== "object" || value === null || path.length > DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => instancesIn(item, [...path, index]));
  if (!isPlain(value)) return [{ path, got: shown(value), allowed: allowedAt(labSchema, path) }];
  return Object.entries(value).flatMap(([key, inner]) => instancesIn(inner, [...path, key]));
}

/**
 * Checks a lab config, after laying it over its preset (default `free`).
 *
 * @param input what a person wrote: see `LabInput`
 * @param where names the file in errors
 * @param basePort access.basePort where the input says none. @default - the preset's
 * @throws ConfigError with one line per wrong field
 */
export function parseConfig(input: unknown, where = "lab.config.ts", basePort?: number): LabConfig {
  if (!isPlain(input)) {
    throw new ConfigError(where, [{ path: [], got: shown(input), allowed: "a plain object as in docs/config.md" }]);
  }
  const lab = overPreset(input, basePort);
  const odd = instancesIn(lab, []).filter((issue) => isWritten(issue, input));
  if (odd.length > 0) throw new ConfigError(where, odd);
  const parsed = labSchema.safeParse(lab);
  const issues = parsed.success
    ? checks(parsed.data)
    : issuesOf(labSchema, lab, parsed.error).filter((issue) => isWritten(issue, input));
  if (!parsed.success || issues.length > 0) throw new ConfigError(where, issues);
  rememberOrigin(parsed.data, where);
  return parsed.data;
}
