/** The stand-in of siderolabs/talos 0.11.0: what providers/talos/schema.json declares, on the world's machines. */
import type { Provider } from "../../plugin/resource.ts";
import type { GuestsOf, PowerOff } from "../model/guests.ts";
import { machineBootstrap } from "./bootstrap.ts";
import { configurationApply } from "./configuration-apply.ts";
import { clientConfiguration, imageFactoryUrls, machineConfiguration } from "./data.ts";
import { clusterKubeconfig } from "./kubeconfig.ts";
import { machineSecrets } from "./machine-secrets.ts";
import { schematic } from "./schematic.ts";

/** @param guestsOf says which virtual machines there are to talk to, and `powerOff` switches one off. */
export function talosProviderOf(guestsOf: GuestsOf, powerOff: PowerOff): Provider {
  return {
    source: "siderolabs/talos",
    resources: {
      talos_cluster_kubeconfig: clusterKubeconfig(guestsOf),
      talos_image_factory_schematic: schematic,
      talos_machine_bootstrap: machineBootstrap(guestsOf),
      talos_machine_configuration_apply: configurationApply(guestsOf, powerOff),
      talos_machine_secrets: machineSecrets,
    },
    dataSources: {
      talos_client_configuration: clientConfiguration,
      talos_image_factory_urls: imageFactoryUrls,
      talos_machine_configuration: machineConfiguration,
    },
  };
}
