/** talosconfig: how talosctl reaches a cluster, as `talos_client_configuration` writes it (provider 0.11.0). */
import { type Node, writeYaml } from "./config/go-yaml.ts";
import type { ClientConfiguration } from "./config/secrets.ts";

interface TalosconfigInput {
  readonly clusterName: string;
  readonly client: ClientConfiguration;
  readonly endpoints: readonly string[];
  readonly nodes: readonly string[];
}

/** The file that talosctl reads, as YAML. */
export function talosconfig({ clusterName, client, endpoints, nodes }: TalosconfigInput): string {
  const context = new Map<string, Node>([
    ["endpoints", endpoints],
    ...(nodes.length > 0 ? ([["nodes", nodes]] as const) : []),
    ["ca", client.ca_certificate],
    ["crt", client.client_certificate],
    ["key", client.client_key],
  ]);
  return writeYaml(
    new Map<string, Node>([
      ["context", clusterName],
      ["contexts", new Map([[clusterName, context]])],
    ]),
  );
}
