/** Whether a client's certificate lets it in. OpenSSL would go by this machine's clock, the world has its own. */
import { X509Certificate } from "node:crypto";
import { oids } from "./der.ts";

/** @param certificate undefined where the client has shown none */
export function isLetIn(certificate: X509Certificate | undefined, authority: string, now: Date): boolean {
  if (certificate === undefined) return false;
  const issuer = new X509Certificate(authority);
  const isForClients = certificate.keyUsage?.includes(oids.clientAuth) ?? false;
  return (
    isForClients && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey) && isOfNow(certificate, now)
  );
}

/** @param certificate PEM in base64, as the provider's attributes hold it */
export function endsBefore(certificate: string, limit: Date): boolean {
  return new Date(new X509Certificate(Buffer.from(certificate, "base64")).validTo) < limit;
}

/** Whether a certificate has begun and not ended. */
export function isOfNow({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return now >= new Date(validFrom) && now <= new Date(validTo);
}
