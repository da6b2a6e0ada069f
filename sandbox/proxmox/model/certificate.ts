/** The self-signed certificate of a host's API. */
import { createHash, X509Certificate } from "node:crypto";
import { newSelfSigned } from "../../pki/certificate.ts";
import { validity } from "../../pki/validity.ts";
import type { Certificate } from "../../world/proxmox.ts";

const YEARS = 10;

/** Issues a certificate for a host, good for its name, its address and loopback. */
export function issueCertificate(name: string, address: string): Certificate {
  const { from } = validity(new Date(), 0);
  const until = new Date(from);
  until.setUTCFullYear(until.getUTCFullYear() + YEARS);
  const names = [name, "localhost", "127.0.0.1", address];
  const made = newSelfSigned({ from, until, commonName: name, names });
  const { raw } = new X509Certificate(made.certificate);
  return {
    ...made,
    fingerprint: createHash("sha256").update(raw).digest("hex").toUpperCase().match(/../g)?.join(":") ?? "",
  };
}
