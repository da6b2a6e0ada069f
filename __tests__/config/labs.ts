/** Labs for tests. */
import { fileURLToPath } from "node:url";
import { type LabConfig, type LabInput, parseConfig, PRESET_NAMES } from "../../config/index.ts";
import { PRESETS } from "../../config/presets.ts";

export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

/** Those whose Talos runs in virtual machines, and the others. */
export const PROXMOX_PRESETS = PRESET_NAMES.filter((name) => PRESETS[name].kubernetes.placement === "proxmox");
export const DIRECT_PRESETS = PRESET_NAMES.filter((name) => !PROXMOX_PRESETS.includes(name));

/** The least that a config must say. */
export const LEAST = {
  name: "ampere-lab",
  oci: { region: "eu-frankfurt-1" },
  access: { adminCidrs: ["203.0.113.7/32"] },
} satisfies LabInput;

export function lab(over: Partial<LabInput> = {}): LabConfig {
  return parseConfig({ ...LEAST, ...over });
}

/** The lines of the error that a call throws. */
export function linesOf(call: () => unknown): readonly string[] {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message.split("\n") : [String(error)];
  }
  return [];
}

/** The error lines of a config that differs from the least one at some dotted paths: `{ "oci.region": 3 }`. */
export function linesFor(changes: Readonly<Record<string, unknown>>): readonly string[] {
  return linesOf(() => parseConfig(changed(LEAST, changes)));
}

/** A copy with other values at dotted paths; missing objects on the way are made. */
export function changed(base: unknown, changes: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(changes).reduce((copy, [path, value]) => set(copy, path.split("."), value), base);
}

function set(base: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(base)) {
    return base.map((item: unknown, index) => (String(index) === key ? set(item, rest, value) : item));
  }
  const object = typeof base === "object" && base !== null ? base : {};
  return { ...object, [key]: set(Reflect.get(object, key), rest, value) };
}
