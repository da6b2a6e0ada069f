import type { DataTalosMachineConfigurationMachineSecrets } from "@cdktf/provider-talos/data-talos-machine-configuration";
import { MachineSecrets, type MachineSecretsConfig } from "@cdktf/provider-talos/machine-secrets";
import { Construct } from "constructs";
import { type Transforms, transforming } from "../lab/transform.ts";

/** What a client of Talos' API identifies itself with. */
export interface ClientConfiguration {
  readonly caCertificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** The inner resource of `ClusterKeys`. */
export interface ClusterKeysInner {
  readonly secrets: MachineSecretsConfig;
}

/** What `ClusterKeys` are made from. */
export interface ClusterKeysProps {
  /** With its v: `v1.13.9`. */
  readonly talosVersion: string;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<ClusterKeysInner> | undefined;
}

/**
 * The PKI and tokens of one cluster, created once: a change of version must not replace them. No machine may get them in the
 * apply that creates them.
 *
 * @example
 * new ClusterKeys(stack, "keys", { talosVersion: `v${lab.topology.config.versions.talos}` });
 */
export class ClusterKeys extends Construct {
  readonly client: ClientConfiguration;
  readonly machine: DataTalosMachineConfigurationMachineSecrets;
  /** The Talos that the cluster was made with: configurations keep to its version contract (Talos docs). */
  readonly contract: string;

  readonly nodes: { readonly secrets: MachineSecrets };

  constructor(scope: Construct, id: string, { talosVersion, transform }: ClusterKeysProps) {
    super(scope, id);
    const given = transforming<ClusterKeysInner>(this, transform);
    const ours = { talosVersion, lifecycle: { ignoreChanges: ["talos_version"] } };
    const made = new MachineSecrets(this, "machine-secrets", given("secrets", ours));
    this.nodes = { secrets: made };
    this.contract = made.talosVersion;
    const { caCertificate, clientCertificate, clientKey } = made.clientConfiguration;
    this.client = { caCertificate, clientCertificate, clientKey };
    // Spelled out: a computed object cannot be handed on whole through the bindings.
    const { certs, cluster, secrets, trustdinfo } = made.machineSecrets;
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
