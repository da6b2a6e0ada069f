/** The secrets of a cluster, as `talos_machine_secrets` makes them (provider 0.11.0): a real PKI and real tokens. */
import { randomBytes, randomInt } from "node:crypto";
import { z } from "zod";
import { type AuthorityRequest, newAuthority, newLeaf } from "../../../pki/certificate.ts";
import { keyPem, serviceAccountKey } from "../../../pki/keys.ts";
import { after, validity, validityOnBothClocks } from "../../../pki/validity.ts";

const pair = z.object({ cert: z.string(), key: z.string() });

/** PEM in base64, as the provider's attributes hold it. */
export const machineSecretsSchema = z.object({
  certs: z.object({
    etcd: pair,
    k8s: pair,
    k8s_aggregator: pair,
    k8s_serviceaccount: z.object({ key: z.string() }),
    os: pair,
  }),
  cluster: z.object({ id: z.string(), secret: z.string() }),
  secrets: z.object({
    /** Only for Talos before 1.3. */
    aescbc_encryption_secret: z.string().nullable(),
    bootstrap_token: z.string(),
    secretbox_encryption_secret: z.string(),
  }),
  trustdinfo: z.object({ token: z.string() }),
});
/** All secrets of a cluster. */
export type MachineSecrets = z.infer<typeof machineSecretsSchema>;

/** What a client of Talos's API shows and trusts, each in base64. */
export const clientConfigurationSchema = z.object({
  ca_certificate: z.string(),
  client_certificate: z.string(),
  client_key: z.string(),
});
/** The same as a type. */
export type ClientConfiguration = z.infer<typeof clientConfigurationSchema>;

/** Validity of the authorities: ten years of 365 days (secrets.CAValidityTime). */
const authorityHours = 87_600;
/** Validity of the admin's certificate: a year. */
const clientHours = 8_760;

/** New secrets. Most of the time goes into `rsaKey` (see prepareServiceAccountKey); tests give a smaller one. */
export async function newMachineSecrets(now: Date, rsaKey = serviceAccountKey): Promise<MachineSecrets> {
  const authority = (request: Pick<AuthorityRequest, "curve" | "organization">): z.infer<typeof pair> => {
    const { from } = validityOnBothClocks(now, authorityHours);
    const made = newAuthority({ ...request, from, until: after(now, authorityHours) });
    return { cert: base64(made.certificate), key: base64(made.key) };
  };
  return {
    certs: {
      etcd: authority({ curve: "p256", organization: "etcd" }),
      k8s: authority({ curve: "p256", organization: "kubernetes" }),
      // Talos gives the aggregator's authority no name at all.
      k8s_aggregator: authority({ curve: "p256" }),
      k8s_serviceaccount: { key: base64(keyPem(await rsaKey())) },
      os: authority({ curve: "ed25519", organization: "talos" }),
    },
    cluster: { id: urlSafe(randomBytes(32)), secret: randomBytes(32).toString("base64") },
    secrets: {
      aescbc_encryption_secret: null,
      bootstrap_token: token(),
      secretbox_encryption_secret: randomBytes(32).toString("base64"),
    },
    trustdinfo: { token: token() },
  };
}

/** What the admin of Talos' API identifies itself with, signed by the cluster's own authority. */
export function newClientConfiguration(secrets: MachineSecrets, now: Date): ClientConfiguration {
  const { os } = secrets.certs;
  const client = newLeaf(
    { certificate: unbase64(os.cert), key: unbase64(os.key) },
    { organization: "os:admin", usage: "client", ...validity(now, clientHours) },
  );
  return {
    ca_certificate: os.cert,
    client_certificate: base64(client.certificate),
    client_key: base64(client.key),
  };
}

/** Text in base64. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The text that is in base64. */
export function unbase64(text: string): string {
  return Buffer.from(text, "base64").toString();
}

function token(): string {
  return `${randomText(6)}.${randomText(16)}`;
}

function randomText(length: number): string {
  const characters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
}

/** The cluster's id is in the URL-safe alphabet, its secret in the other. */
function urlSafe(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
