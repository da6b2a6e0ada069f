/** Configures machines of a test world through the provider, as a stack does. */
import type { Attributes, Json } from "../../../sandbox/plugin/resource.ts";
import { type MachineSecrets, newClientConfiguration } from "../../../sandbox/talos/model/config/secrets.ts";
import { addresses, endpointOf, type Lab, type NodeName, quickSecrets, terraform, vip } from "./world.ts";

let made: MachineSecrets | null = null;
let client: Attributes = {};
beforeAll(async () => {
  made = await quickSecrets();
  client = clientOf(made);
});

/** The secrets that the machines of a test file share. */
export function secrets(): MachineSecrets {
  if (!made) throw new Error("the secrets are not made yet");
  return made;
}

/** A new client of some secrets. */
export function clientOf(own: MachineSecrets, from = new Date()): Attributes {
  return { ...newClientConfiguration(own, from) };
}

export async function configurationOf(lab: Lab, name: NodeName): Promise<Json> {
  const read = await terraform(lab).data("machine_configuration", {
    cluster_name: "lab",
    cluster_endpoint: `https://${vip}:6443`,
    machine_type: name === "worker-1" ? "worker" : "controlplane",
    machine_secrets: secrets(),
    talos_version: "v1.13.9",
    kubernetes_version: "1.36.3",
    config_patches: [`apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: ${name}\nauto: "off"\n`],
  });
  return read["machine_configuration"] ?? null;
}

export function accessTo(name: NodeName): Attributes {
  return { node: addresses[name], endpoint: endpointOf(name), client_configuration: client };
}

/** Applies the machine's configuration, with `more` said about it. */
export async function apply(lab: Lab, name: NodeName, more: Attributes = {}): Promise<Attributes> {
  const machine_configuration_input = await configurationOf(lab, name);
  const config = { ...accessTo(name), machine_configuration_input, ...more };
  return terraform(lab).apply("machine_configuration_apply", config);
}

export function bootstrap(lab: Lab, name: NodeName): Promise<Attributes> {
  return terraform(lab).apply("machine_bootstrap", accessTo(name));
}
