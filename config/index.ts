/** What the rest of the lab, and `lab.config.ts`, take from config/. */
import type { DirectLabInput, HomeLabInput, LabInput, ProxmoxLabInput } from "./input.ts";

export { type Environment, readEnvironment } from "./environment.ts";
export { ConfigError, ConfigFileError, type ConfigIssue } from "./errors.ts";
export type { DirectLabInput, HomeLabInput, LabInput, ProxmoxLabInput } from "./input.ts";
export { loadConfig } from "./load.ts";
export { parseConfig } from "./parse.ts";
export { describeError, runMain } from "./run-main.ts";
export { PRESET_NAMES, type PresetName } from "./presets.ts";
export type { CloudConfig, HomeConfig, HostConfig, LabConfig, NodeConfig, NodeRole } from "./schema.ts";
export { configWarnings } from "./warnings.ts";

/**
 * Returns its argument; there so that an editor completes and checks `lab.config.ts`.
 *
 *   export default defineLab({
 *     name: "ampere-lab",
 *     oci: { region: "eu-frankfurt-1" },
 *     access: { adminCidrs: ["203.0.113.7/32"] },
 *   });
 */
export function defineLab(input: ProxmoxLabInput | DirectLabInput | HomeLabInput): LabInput {
  return input;
}
