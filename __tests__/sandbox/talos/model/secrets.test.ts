import { X509Certificate } from "node:crypto";
import { readKey } from "../../../../sandbox/pki/keys.ts";
import {
  type MachineSecrets,
  newClientConfiguration,
  newMachineSecrets,
  unbase64,
} from "../../../../sandbox/talos/model/config/secrets.ts";

const now = new Date("2026-09-01T12:00:00Z");

function certificate(base64: string): X509Certificate {
  return new X509Certificate(unbase64(base64));
}

describe("the secrets of a cluster", () => {
  let secrets: MachineSecrets;
  beforeAll(async () => {
    secrets = await newMachineSecrets(now);
  });

  it("hold tokens as kubeadm writes them", () => {
    expect(secrets.secrets.bootstrap_token).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    expect(secrets.trustdinfo.token).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
  });

  it("hold 32 random bytes for the cluster's id, its secret and the secretbox key", () => {
    expect(Buffer.from(secrets.cluster.id, "base64url")).toHaveLength(32);
    expect(Buffer.from(secrets.cluster.secret, "base64")).toHaveLength(32);
    expect(Buffer.from(secrets.secrets.secretbox_encryption_secret, "base64")).toHaveLength(32);
  });

  it("have no AES-CBC secret, which only Talos before 1.3 knows", () => {
    expect(secrets.secrets.aescbc_encryption_secret).toBeNull();
  });

  it.each(["os", "k8s", "etcd", "k8s_aggregator"] as const)("have an authority %s that signed itself", (name) => {
    const authority = certificate(secrets.certs[name].cert);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
  });

  it.each(["os", "k8s", "etcd", "k8s_aggregator"] as const)("have the key of the authority %s", (name) => {
    const { cert, key } = secrets.certs[name];
    expect(certificate(cert).checkPrivateKey(readKey(unbase64(key)))).toBe(true);
  });

  it("have a service account key of 4096 bits", () => {
    const key = readKey(unbase64(secrets.certs.k8s_serviceaccount.key));
    expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 4096 });
  });

  it("are valid for ten years of 365 days, and since ten seconds ago", () => {
    const { validFrom, validTo } = certificate(secrets.certs.k8s.cert);
    expect(new Date(validFrom)).toEqual(new Date(now.getTime() - 10_000));
    expect(new Date(validTo)).toEqual(new Date("2036-08-29T12:00:00Z"));
  });

  it("are others each time", async () => {
    const others = await newMachineSecrets(now);
    expect(others.certs.os.key).not.toBe(secrets.certs.os.key);
    expect(others.certs.k8s_serviceaccount.key).not.toBe(secrets.certs.k8s_serviceaccount.key);
    expect(others.cluster.id).not.toBe(secrets.cluster.id);
  });

  it("sign an admin for a year", () => {
    const client = newClientConfiguration(secrets, now);
    const admin = certificate(client.client_certificate);
    expect(admin.verify(certificate(client.ca_certificate).publicKey)).toBe(true);
    expect(admin.subject).toBe("O=os:admin");
    expect(new Date(admin.validTo)).toEqual(new Date("2027-09-01T12:00:00Z"));
  });
});
