/** Configures and bootstraps clusters on the machines of a test world, without the provider. */
import { createServer, type Server } from "node:net";
import { machineConfiguration } from "../../../sandbox/talos/model/config/generate.ts";
import { factsOf } from "../../../sandbox/talos/model/config/facts.ts";
import { kubernetesEndpointOf } from "../../../sandbox/talos/api/kubernetes/endpoint.ts";
import { type Kubeconfig, newKubeconfig } from "../../../sandbox/talos/model/kubeconfig.ts";
import { bootstrap, configure, type ConfiguredMachine, machineAt } from "../../../sandbox/talos/model/machines.ts";
import type { MachineSecrets } from "../../../sandbox/talos/model/config/secrets.ts";
import { addresses, type Lab, labWith, type NodeName, quickSecrets, vip } from "./world.ts";
import { listening } from "../../listening.ts";

let secrets: MachineSecrets | null = null;
beforeAll(async () => {
  secrets = await quickSecrets();
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const sharedAddress = `apiVersion: v1alpha1\nkind: Layer2VIPConfig\nname: ${vip}\nlink: eth0\n`;

export function configurationOf(name: NodeName, patches: readonly string[]): string {
  if (!secrets) throw new Error("the secrets are not made yet");
  const worker = name === "worker-1";
  return machineConfiguration({
    clusterName: "lab",
    clusterEndpoint: `https://${vip}:6443`,
    machineType: worker ? "worker" : "controlplane",
    secrets,
    talosVersion: "v1.13.9",
    kubernetesVersion: "1.36.3",
    patches: [
      `apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: ${name}\nauto: "off"\n`,
      ...(worker ? [] : [sharedAddress]),
      ...patches,
    ],
  });
}

export function configured(lab: Lab, name: NodeName, ...patches: readonly string[]): ConfiguredMachine {
  const guestsOf = () => lab.guests;
  const machine = machineAt(lab.store, guestsOf, addresses[name]);
  if (!machine) throw new Error(`no machine ${name}`);
  configure(lab.store, guestsOf, machine, configurationOf(name, patches));
  const after = machineAt(lab.store, guestsOf, addresses[name]);
  if (after?.stage !== "configured") throw new Error(`${name} was not configured`);
  return after;
}

/** A running cluster; the first of `names` is a control plane. */
export function cluster(names: readonly NodeName[], ...patches: readonly string[]): Lab {
  const lab = labWith(...names);
  const [first] = names.map((name) => configured(lab, name, ...patches));
  if (first) bootstrap(lab.store, () => lab.guests, first);
  return lab;
}

/** Serves an address's port 6443 on a free loopback port, as a tunnel does; tells of each connection. */
export async function portTo(lab: Lab, address: string = vip, onConnection = (): void => undefined): Promise<number> {
  const server = createServer((socket) => {
    onConnection();
    const handler = kubernetesEndpointOf(() => lab.guests, lab.store, address);
    if (handler) handler(socket);
    else socket.destroy();
  });
  servers.push(server);
  return listening(server);
}

/** A kubeconfig of the admin of the cluster that these tests make. */
export function admin(): Kubeconfig {
  return newKubeconfig(factsOf(configurationOf("cp-1", []), addresses["cp-1"]).cluster, new Date());
}
