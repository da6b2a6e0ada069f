/** Resources that hold keys, which only admins see (siderolabs/talos v1.13.9, resources/secrets). */
import type { CertificateAndKey } from "../../../pki/certificate.ts";
import { base64 } from "../config/secrets.ts";
import type { Kind } from "./kind.ts";
import type { Fields } from "./spec.ts";

const namespace = "secrets";
const PAIR = "{crt:1=bytes key:2=bytes}";

const pairOf = ({ certificate, key }: CertificateAndKey): Fields => ({ crt: base64(certificate), key: base64(key) });
const accepted = ({ certificate }: CertificateAndKey): readonly Fields[] => [{ crt: base64(certificate) }];

/** Types of the keys that the configuration has; those that a machine makes of them are not played. */
export const secretKinds: readonly Kind[] = [
  {
    type: "OSRootSecrets.secrets.talos.dev",
    namespace,
    sensitive: true,
    spec: `issuingCA:1=${PAIR} certSANIPs:2*=ip certSANDNSNames:3* token:4 acceptedCAs:5*={crt:1=bytes}`,
    configured: ({ machine: { facts } }) => ({
      os: {
        issuingCA: pairOf(facts.authority),
        acceptedCAs: accepted(facts.authority),
        certSANIPs: [],
        certSANDNSNames: facts.certificateNames,
        token: facts.token,
      },
    }),
  },
  {
    type: "KubernetesRootSecrets.secrets.talos.dev",
    namespace,
    sensitive: true,
    spec: `name:1 endpoint:2={fullPath:1} certSANs:4* dnsDomain:6 issuingCA:7=${PAIR} acceptedCAs:15*={crt:1=bytes}`,
    controlPlane: ({ machine: { facts } }) => ({
      k8s: {
        name: facts.cluster.name,
        endpoint: { fullPath: facts.cluster.endpoint },
        certSANs: facts.cluster.certificateNames,
        dnsDomain: facts.cluster.dnsDomain,
        issuingCA: pairOf(facts.cluster.authority),
        acceptedCAs: accepted(facts.cluster.authority),
      },
    }),
  },
  {
    type: "EtcdRootSecrets.secrets.talos.dev",
    namespace,
    sensitive: true,
    spec: `etcdCA:1=${PAIR}`,
    controlPlane: ({ machine: { facts } }) => ({ etcd: { etcdCA: pairOf(facts.cluster.etcdAuthority) } }),
  },
  {
    type: "CertSANs.secrets.talos.dev",
    namespace,
    sensitive: true,
    spec: "ips:1*=ip dnsNames:2* fqdn:3",
    configured: ({ machine: { facts, guest } }) => ({
      api: { ips: [guest.address, "127.0.0.1"], dnsNames: [facts.hostname], fqdn: facts.hostname },
    }),
  },
];
