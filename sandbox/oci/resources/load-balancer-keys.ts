/** Certificates with their keys, as load balancers and the Certificates service take them. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Attributes } from "../../plugin/resource.ts";
import { maybeText as said } from "../model/attributes.ts";
import { invalid } from "../model/refusals.ts";

/** @throws ServiceRefusal for what is no certificate in PEM, or a key that is not the certificate's */
export function requireKey(service: string, given: Attributes): void {
  const [pem, key, passphrase] = ["publicCertificate", "privateKey", "passphrase"].map((name) => said(given, name));
  if (!pem && !key) return;
  let fits: boolean;
  try {
    const certificate = new X509Certificate(pem ?? "");
    const own = key && createPrivateKey({ key, ...(passphrase && { passphrase }) });
    fits = own ? certificate.checkPrivateKey(own) : true;
  } catch {
    throw invalid(service, "publicCertificate and privateKey must be PEM, and the passphrase the key's.");
  }
  if (!fits) throw invalid(service, "privateKey is not the certificate's.");
}
