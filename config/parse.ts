/** From anything a config file exported to a complete, checked lab. */
import { checks } from "./checks.ts";
import { ConfigError, type ConfigIssue, shown } from "./errors.ts";
import { issuesOf } from "./issues.ts";
import { isPlain, merge } from "./merge.ts";
import { DEFAULT_PRESET, isPreset, PRESETS } from "./presets.ts";
import { type LabConfig, labSchema } from "./schema.ts";

type Plain = Readonly<Record<string, unknown>>;

const section = (value: unknown): Plain => (isPlain(value) ? value : {});

/** Fields of `oci` that follow from other fields when nobody writes them. */
function derivedOci(input: Plain): Plain {
  const oci = section(input["oci"]);
  return {
    homeRegion: oci["homeRegion"] ?? oci["region"],
    compartment: oci["compartment"] ?? { create: input["name"] },
  };
}

/** Lays the input over its preset, without checking anything yet. */
function complete(input: Plain): unknown {
  const preset = input["preset"] ?? DEFAULT_PRESET;
  const base = PRESETS[isPreset(preset) ? preset : DEFAULT_PRESET];
  const withDerived = isPlain(input["oci"] ?? {}) ? merge(input, { oci: derivedOci(input) }) : input;
  return merge({ ...base, preset }, withDerived);
}

/** A derived field is wrong only because its source is, and that has a line of its own. */
function isWritten({ path }: ConfigIssue, input: Plain): boolean {
  const [top, key] = path;
  if (top !== "oci" || (key !== "homeRegion" && key !== "compartment")) return true;
  return section(input["oci"])[key] !== undefined;
}

/**
 * Checks a lab config, after laying it over its preset (default `free`).
 *
 * @param input what a person wrote: see `LabInput`
 * @param where names the file in errors
 * @throws ConfigError with one line per wrong field
 */
export function parseConfig(input: unknown, where = "lab.config.ts"): LabConfig {
  if (!isPlain(input)) {
    throw new ConfigError(where, [{ path: [], got: shown(input), allowed: "a plain object as in docs/config.md" }]);
  }
  const lab = complete(input);
  const parsed = labSchema.safeParse(lab);
  const issues = parsed.success
    ? checks(parsed.data)
    : issuesOf(labSchema, lab, parsed.error).filter((issue) => isWritten(issue, input));
  if (!parsed.success || issues.length > 0) throw new ConfigError(where, issues);
  return parsed.data;
}
