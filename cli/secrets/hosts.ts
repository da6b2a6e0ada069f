/** What the lab's config wants of its secrets. */
import { readEnvironment } from "../../config/environment.ts";
import { loadConfig } from "../../config/load.ts";
import { planTopology } from "../../topology/plan.ts";
import { CliError, messageOf } from "../errors.ts";
import type { Project } from "../project.ts";

export interface Wanted {
  /** All that has an SSH host key. */
  readonly hosts: readonly string[];
  /** Whether states are encrypted. */
  readonly encryptedState: boolean;
}

/** @throws CliError for a config that cannot be used */
export async function wantedBy({ config: file }: Project): Promise<Wanted> {
  try {
    const { hosts, micro, config } = planTopology(await loadConfig(file ?? readEnvironment().configFile));
    const { state } = config;
    return {
      hosts: [...hosts, ...(micro ? [micro] : [])].map(({ name }) => name),
      encryptedState: state.backend !== "oci" && (state.encryption ?? false),
    };
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(messageOf(error));
  }
}
