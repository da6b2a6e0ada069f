import type { ResourceType } from "../../plugin/resource.ts";
import { configured, onMachine } from "../client.ts";
import type { GuestsOf } from "../guests.ts";
import { newKubeconfig } from "../kubernetes/kubeconfig.ts";
import { clusterOf, configuredMachines, controlPlaneOnly, isRunning, MachineError } from "../machines.ts";
import { accessOf, defaultEndpoint } from "./attributes.ts";

/** `talos_cluster_kubeconfig`: signed by a control plane when it is created, then kept. */
export function clusterKubeconfig(guestsOf: GuestsOf): ResourceType {
  return {
    defaults: { certificate_renewal_duration: "720h" },
    plan: (_call, _prior, proposed, known) => defaultEndpoint(proposed, known),
    create({ world }, planned) {
      const kubeconfig = onMachine("failed to retrieve kubeconfig", world, guestsOf, accessOf(planned), (machine) => {
        const target = configured(machine);
        controlPlaneOnly(target, "kubeconfig");
        // Talos itself would sign one already; to ask before the bootstrap is a mistake in the order of things.
        if (!isRunning(clusterOf(configuredMachines(world, guestsOf), target.facts))) {
          throw new MachineError(
            "FailedPrecondition",
            `the cluster "${target.facts.cluster.name}" is not bootstrapped yet`,
          );
        }
        return { name: target.facts.cluster.name, ...newKubeconfig(target.facts.cluster, new Date(world.now())) };
      });
      return {
        id: kubeconfig.name,
        kubeconfig_raw: kubeconfig.raw,
        kubernetes_client_configuration: {
          host: kubeconfig.host,
          ca_certificate: kubeconfig.caCertificate,
          client_certificate: kubeconfig.clientCertificate,
          client_key: kubeconfig.clientKey,
        },
      };
    },
    read: () => ({}),
    update: () => ({}),
    delete() {},
  };
}
