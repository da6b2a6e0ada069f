import { z } from "zod";
import type { Attributes, ProviderContext, ResourceType } from "../../plugin/resource.ts";
import { prepareServiceAccountKey } from "../../pki/keys.ts";
import { endsBefore } from "../../pki/client.ts";
import {
  clientConfigurationSchema,
  machineSecretsSchema,
  newClientConfiguration,
  newMachineSecrets,
} from "../model/config/secrets.ts";
import { checkTalosVersion, compareVersions, defaultTalosVersion } from "../model/config/versions.ts";
import { optionalText, refusing } from "./attributes.ts";

const schema = z.object({ talos_version: optionalText });
const madeSchema = z.object({ machine_secrets: machineSecretsSchema, client_configuration: clientConfigurationSchema });

/** The client's certificate is renewed in its last month (provider 0.11.0, ModifyPlan and Update). */
function isDue({ world }: ProviderContext, prior: Attributes): boolean {
  const inAMonth = new Date(world.now());
  inAMonth.setUTCMonth(inAMonth.getUTCMonth() + 1);
  return endsBefore(madeSchema.parse(prior).client_configuration.client_certificate, inAMonth);
}

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
  renews: (call, prior) => (isDue(call, prior) ? ["client_configuration"] : []),
  update(call, prior) {
    if (!isDue(call, prior)) return {};
    const { machine_secrets } = madeSchema.parse(prior);
    return { client_configuration: newClientConfiguration(machine_secrets, new Date(call.world.now())) };
  },
  delete() {},
};
