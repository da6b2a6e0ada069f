/** The admin's kubeconfig, as a control plane hands it out (siderolabs/talos v1.13.9, pkg/kubeconfig). */
import type { ClusterFacts } from "./config/facts.ts";
import { newLeaf } from "../../pki/certificate.ts";
import { validity } from "../../pki/validity.ts";
import { base64 } from "./config/secrets.ts";

/** What a kubeconfig holds, each part in base64. */
export interface Kubeconfig {
  readonly raw: string;
  readonly host: string;
  /** PEM in base64, like the others. */
  readonly caCertificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** The admin's certificate is good for a year. */
const lifetimeHours = 8_760;

/** A kubeconfig of an admin, good for a year. */
export function newKubeconfig(cluster: ClusterFacts, now: Date): Kubeconfig {
  const client = newLeaf(cluster.authority, {
    organization: "system:masters",
    commonName: "admin",
    usage: "client",
    ...validity(now, lifetimeHours),
  });
  const config = {
    host: cluster.endpoint,
    caCertificate: base64(cluster.authority.certificate),
    clientCertificate: base64(client.certificate),
    clientKey: base64(client.key),
  };
  return { ...config, raw: write(cluster.name, config) };
}

function write(name: string, config: Omit<Kubeconfig, "raw">): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${config.caCertificate}
    server: ${config.host}
  name: ${name}
contexts:
- context:
    cluster: ${name}
    namespace: default
    user: admin@${name}
  name: admin@${name}
current-context: admin@${name}
kind: Config
users:
- name: admin@${name}
  user:
    client-certificate-data: ${config.clientCertificate}
    client-key-data: ${config.clientKey}
`;
}
