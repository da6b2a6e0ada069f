import { z } from "zod";
import { type Attributes, type ProviderContext, Refusal, type ResourceType } from "../../plugin/resource.ts";
import { configured, onMachine } from "./client.ts";
import type { GuestsOf } from "../model/guests.ts";
import { newKubeconfig } from "../model/kubeconfig.ts";
import { clusterOf, configuredMachines, controlPlaneOnly, isRunning, MachineError } from "../model/machines.ts";
import { endsBefore } from "../../pki/client.ts";
import { accessOf, defaultEndpoint } from "./attributes.ts";

const renewalSchema = z.object({ certificate_renewal_duration: z.string().nullable() });
const stateSchema = renewalSchema.extend({
  kubernetes_client_configuration: z.object({ client_certificate: z.string() }),
});

const UNITS = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration as Go writes it, such as `720h` or `1h30m`. */
function milliseconds(text: string): number {
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new Refusal(
      "failed to parse certificate renewal duration in plan",
      `time: invalid duration "${text}"`,
      "certificate_renewal_duration",
    );
  const parts = text.matchAll(/(?<count>[\d.]+)(?<unit>ns|us|µs|ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count, unit]) => {
    const known = Object.entries(UNITS).find(([name]) => name === unit);
    return sum + Number(count) * (known?.[1] ?? 0);
  }, 0);
}

/** Whether the certificate ends within the renewal duration (provider 0.11.0, ModifyPlan and Update). */
function isDue({ world }: ProviderContext, prior: Attributes, wanted: Attributes): boolean {
  const { kubernetes_client_configuration: client, certificate_renewal_duration: before } = stateSchema.parse(prior);
  const ahead = milliseconds(renewalSchema.parse(wanted).certificate_renewal_duration ?? before ?? "720h");
  return endsBefore(client.client_certificate, new Date(Date.parse(world.now()) + ahead));
}

/** `talos_cluster_kubeconfig`: signed by a control plane when it is created, then kept until its certificate nears its end. */
export function clusterKubeconfig(guestsOf: GuestsOf): ResourceType {
  const retrieved = ({ world }: ProviderContext, planned: Attributes) => {
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
  };
  return {
    defaults: { certificate_renewal_duration: "720h" },
    plan: (_call, _prior, proposed, known) => defaultEndpoint(proposed, known),
    create: retrieved,
    read: () => ({}),
    renews: (call, prior, config) =>
      isDue(call, prior, config) ? ["kubeconfig_raw", "kubernetes_client_configuration"] : [],
    update: (call, prior, planned) => (isDue(call, prior, planned) ? retrieved(call, planned) : {}),
    delete() {},
  };
}
