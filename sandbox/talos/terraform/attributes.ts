/** Reads the attributes that Terraform hands over, and turns what is wrong with a configuration into a diagnostic. */
import { z } from "zod";
import { Refusal, type Attributes } from "../../plugin/resource.ts";
import type { Access } from "./client.ts";
import { ConfigError } from "../model/config/value.ts";
import { clientConfigurationSchema } from "../model/config/secrets.ts";

/** An attribute of type string that may be unset. */
export const optionalText = z.string().nullable();

/** Only one of the two may be set; the write-only one is in the config alone. */
const accessSchema = z.object({
  endpoint: optionalText,
  node: z.string(),
  client_configuration: clientConfigurationSchema.nullish(),
  client_configuration_wo: clientConfigurationSchema.nullish(),
});

/** Where to reach a machine, and as whom. */
export function accessOf(attributes: Attributes): Access {
  const { endpoint, node, client_configuration, client_configuration_wo } = accessSchema.parse(attributes);
  const client = client_configuration_wo ?? client_configuration;
  if (!client) {
    throw new Refusal(
      "Missing client configuration",
      "Exactly one of client_configuration or client_configuration_wo must be set",
    );
  }
  return { endpoint, node, client };
}

/** The provider dials the node itself where no endpoint is said. */
export function defaultEndpoint(proposed: Attributes, known: (attribute: string) => boolean): Attributes {
  const unset = known("node") && (proposed["endpoint"] ?? null) === null;
  return unset ? { endpoint: proposed["node"] ?? null } : {};
}

/** Runs `read`; a ConfigError becomes a diagnostic with `summary`. */
export function refusing<Result>(summary: string, attribute: string | undefined, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) throw new Refusal(summary, error.message, attribute);
    throw error;
  }
}
