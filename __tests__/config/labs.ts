/** Labs for tests. */
import { fileURLToPath } from "node:url";
import {
  type HomeLabInput,
  type LabConfig,
  type LabInput,
  parseConfig,
  PRESET_NAMES,
  type PresetName,
} from "../../config/index.ts";
import { PRESETS } from "../../config/presets.ts";

export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

/** Those whose Talos runs in virtual machines of hosts that the lab makes, those of hosts that are there, and the others. */
export const PROXMOX_PRESETS = PRESET_NAMES.filter((name) => PRESETS[name].hosts.length > 0);
export const HOME_PRESETS = PRESET_NAMES.filter((name) => PRESETS[name].proxmox !== null);
export const DIRECT_PRESETS = PRESET_NAMES.filter((name) => PRESETS[name].kubernetes.placement === "oci");

/** The stacks of a preset's lab, in the order of a deploy. */
export function stacksOf(preset: PresetName): readonly ("oci" | "proxmox" | "talos")[] {
  if (HOME_PRESETS.includes(preset)) return ["proxmox", "talos"];
  return DIRECT_PRESETS.includes(preset) ? ["oci", "talos"] : ["oci", "proxmox", "talos"];
}

/** The least that a config must say. */
export const LEAST = {
  name: "ampere-lab",
  oci: { region: "eu-frankfurt-1" },
  access: { adminCidrs: ["203.0.113.7/32"] },
} satisfies LabInput;

/** The same on hosts that are there already. */
export const LEAST_AT_HOME = {
  preset: "homelab",
  name: "home",
  proxmox: {
    api: { address: "192.168.1.10", fingerprint: Array.from({ length: 32 }, () => "AB").join(":") },
    nodes: [{ name: "pve", architecture: "x86_64" }],
    vmIds: { from: 8000, to: 8099 },
    network: {
      cidr: "192.168.1.0/24",
      gateway: "192.168.1.1",
      addresses: { from: "192.168.1.200", to: "192.168.1.229" },
      vip: "192.168.1.199",
    },
  },
} satisfies HomeLabInput;

/** The least that a config of a preset must say. */
export function leastOf(preset: PresetName): LabInput {
  return HOME_PRESETS.includes(preset) ? LEAST_AT_HOME : { ...LEAST, preset };
}

export function lab(over: Partial<LabInput> = {}): LabConfig {
  return parseConfig({ ...(over.preset === undefined ? LEAST : leastOf(over.preset)), ...over });
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
