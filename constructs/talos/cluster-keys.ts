import type { DataTalosMachineConfigurationMachineSecrets } from "@cdktf/provider-talos/data-talos-machine-configuration";
import { MachineSecrets } from "@cdktf/provider-talos/machine-secrets";
import { Construct } from "constructs";

/** What a client of Talos' API identifies itself with. */
export interface ClientConfiguration {
  readonly caCertificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** The PKI and tokens of one cluster, made once: a change of version must not make them anew. No machine may take them in the apply that makes them. */
export class ClusterKeys extends Construct {
  readonly client: ClientConfiguration;
  readonly machine: DataTalosMachineConfigurationMachineSecrets;
  /** The Talos that the cluster was made with: configurations keep to its version contract (Talos docs). */
  readonly contract: string;

  constructor(scope: Construct, id: string, props: { readonly talosVersion: string }) {
    super(scope, id);
    const resource = new MachineSecrets(this, "machine-secrets", {
      talosVersion: props.talosVersion,
      lifecycle: { ignoreChanges: ["talos_version"] },
    });
    this.contract = resource.talosVersion;
    const { caCertificate, clientCertificate, clientKey } = resource.clientConfiguration;
    this.client = { caCertificate, clientCertificate, clientKey };
    // Spelled out: a computed object cannot be handed on whole through the bindings.
    const { certs, cluster, secrets, trustdinfo } = resource.machineSecrets;
    this.machine = {
      certs: {
        etcd: { cert: certs.etcd.cert, key: certs.etcd.key },
        k8S: { cert: certs.k8S.cert, key: certs.k8S.key },
        k8SAggregator: { cert: certs.k8SAggregator.cert, key: certs.k8SAggregator.key },
        k8SServiceaccount: { key: certs.k8SServiceaccount.key },
        os: { cert: certs.os.cert, key: certs.os.key },
      },
      cluster: { id: cluster.id, secret: cluster.secret },
      secrets: {
        bootstrapToken: secrets.bootstrapToken,
        secretboxEncryptionSecret: secrets.secretboxEncryptionSecret,
      },
      trustdinfo: { token: trustdinfo.token },
    };
  }
}
