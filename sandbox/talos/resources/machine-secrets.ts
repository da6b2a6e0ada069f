import { z } from "zod";
import type { ResourceType } from "../../plugin/resource.ts";
import { prepareServiceAccountKey } from "../pki/keys.ts";
import { newClientConfiguration, newMachineSecrets } from "../secrets.ts";
import { checkTalosVersion, compareVersions, defaultTalosVersion } from "../versions.ts";
import { optionalText, refusing } from "./attributes.ts";

const schema = z.object({ talos_version: optionalText });

/** `talos_machine_secrets`: made once, kept in the state only. An older Talos needs others, a newer one does not. */
export const machineSecrets: ResourceType = {
  defaults: { talos_version: defaultTalosVersion },
  plan(_call, prior, proposed) {
    const { talos_version } = schema.parse(proposed);
    refusing("Invalid version", "talos_version", () => checkTalosVersion(talos_version ?? defaultTalosVersion));
    if (prior === null) prepareServiceAccountKey();
    return {};
  },
  replaces(prior, planned) {
    const [before, after] = [schema.parse(prior).talos_version, schema.parse(planned).talos_version];
    return before !== null && after !== null && compareVersions(after, before) < 0 ? ["talos_version"] : [];
  },
  async create({ world }) {
    const now = new Date(world.now());
    const secrets = await newMachineSecrets(now);
    return {
      id: "machine_secrets",
      machine_secrets: secrets,
      client_configuration: newClientConfiguration(secrets, now),
    };
  },
  read: () => ({}),
  update: () => ({}),
  delete() {},
};
