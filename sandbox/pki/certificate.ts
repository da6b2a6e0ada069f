/** X.509 certificates as Go's crypto/x509 writes them for Talos: same fields, same order of extensions. */
import { createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { bits, boolean, integer, octets, oid, oids, printable, sequence, set, tagged, utcTime } from "./der.ts";
import { type CurveName, keyPem, newKey, pem, readKey } from "./keys.ts";
import type { Validity } from "./validity.ts";

/** PEM, both of them. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

interface Subject {
  readonly organization?: string | undefined;
  readonly commonName?: string | undefined;
}

/** What an authority is called, and its kind of key. */
export interface AuthorityRequest extends Subject, Validity {
  readonly curve: CurveName;
}

interface LeafRequest extends Subject, Validity {
  readonly usage: "server" | "client";
  /** Host names and IP addresses. */
  readonly names?: readonly string[];
}

/** A self-signed certificate authority. */
export function newAuthority(request: AuthorityRequest): CertificateAndKey {
  const key = newKey(request.curve);
  const subject = name(request);
  const extensions = [
    // digitalSignature and keyCertSign
    extension(oids.keyUsage, bits(Buffer.of(0x84), 2), true),
    extension(oids.extendedKeyUsage, sequence(oid(oids.serverAuth), oid(oids.clientAuth))),
    extension(oids.basicConstraints, sequence(boolean(true)), true),
    extension(oids.subjectKeyIdentifier, octets(randomBytes(20))),
  ];
  return { certificate: signed({ issuer: subject, subject, request, key, extensions }, key), key: keyPem(key) };
}

/** A server's certificate that nobody vouches for but itself. */
export function newSelfSigned(request: Omit<LeafRequest, "usage">): CertificateAndKey {
  const key = newKey("p256");
  const subject = name(request);
  const extensions = [extension(oids.subjectAltName, sequence(...(request.names ?? []).map(alternativeName)))];
  return { certificate: signed({ issuer: subject, subject, request, key, extensions }, key), key: keyPem(key) };
}

/** A certificate for a server or a client, with a key of the authority's kind. */
export function newLeaf(authority: CertificateAndKey, request: LeafRequest): CertificateAndKey {
  const issuerKey = readKey(authority.key);
  const issuer = parts(authority.certificate);
  const key = newKey(issuerKey.asymmetricKeyType === "ed25519" ? "ed25519" : "p256");
  const extensions = [
    // digitalSignature; with keys for key exchange also keyEncipherment
    issuerKey.asymmetricKeyType === "ed25519"
      ? extension(oids.keyUsage, bits(Buffer.of(0x80), 7), true)
      : extension(oids.keyUsage, bits(Buffer.of(0xa0), 5), true),
    extension(oids.extendedKeyUsage, sequence(oid(request.usage === "server" ? oids.serverAuth : oids.clientAuth))),
    extension(oids.authorityKeyIdentifier, sequence(tagged(0, issuer.subjectKeyIdentifier, false))),
    ...(request.names ? [extension(oids.subjectAltName, sequence(...request.names.map(alternativeName)))] : []),
  ];
  const content = { issuer: issuer.subject, subject: name(request), request, key, extensions };
  return { certificate: signed(content, issuerKey), key: keyPem(key) };
}

interface Content {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly request: Validity;
  readonly key: KeyObject;
  readonly extensions: readonly Buffer[];
}

function signed(content: Content, signer: KeyObject): string {
  const ed25519 = signer.asymmetricKeyType === "ed25519";
  const algorithm = sequence(oid(ed25519 ? oids.ed25519 : oids.ecdsaWithSha256));
  const version3 = tagged(0, integer(Buffer.of(2)));
  const body = sequence(
    version3,
    integer(randomBytes(16)),
    algorithm,
    content.issuer,
    sequence(utcTime(content.request.from), utcTime(content.request.until)),
    content.subject,
    createPublicKey(content.key).export({ format: "der", type: "spki" }),
    tagged(3, sequence(...content.extensions)),
  );
  const signature = sign(ed25519 ? null : "sha256", body, signer);
  return pem("CERTIFICATE", sequence(body, algorithm, bits(signature)));
}

function name(subject: Subject): Buffer {
  const attributes: readonly (readonly [string, string | undefined])[] = [
    [oids.organization, subject.organization],
    [oids.commonName, subject.commonName],
  ];
  return sequence(...attributes.flatMap(([type, text]) => (text ? [set(sequence(oid(type), printable(text)))] : [])));
}

function extension(type: string, content: Buffer, critical = false): Buffer {
  return sequence(oid(type), ...(critical ? [boolean(true)] : []), octets(content));
}

function alternativeName(text: string): Buffer {
  return isIP(text) === 0
    ? tagged(2, Buffer.from(text, "ascii"), false)
    : tagged(7, Buffer.from(ipaddr.parse(text).toByteArray()), false);
}

/** What a certificate says of itself that its children repeat. */
function parts(certificate: string): { readonly subject: Buffer; readonly subjectKeyIdentifier: Buffer } {
  const der = new X509Certificate(certificate).raw;
  const marker = oid(oids.subjectKeyIdentifier);
  const at = der.indexOf(marker);
  if (at < 0) throw new Error("the certificate authority has no subject key identifier");
  // Behind the OID: OCTET STRING { OCTET STRING { identifier } }, both shorter than 128 bytes.
  const start = at + marker.length + 4;
  const subjectKeyIdentifier = der.subarray(start, start + (der[start - 1] ?? 0));
  return { subject: subjectOf(der), subjectKeyIdentifier };
}

/** The sixth element of the body: version, serial number, algorithm, issuer, validity, subject. */
function subjectOf(der: Buffer): Buffer {
  let at = contentStart(der, contentStart(der, 0));
  for (let skipped = 0; skipped < 5; skipped += 1) at = elementEnd(der, at);
  return der.subarray(at, elementEnd(der, at));
}

function contentStart(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function elementEnd(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  const size = first < 0x80 ? first : der.readUIntBE(at + 2, first & 0x7f);
  return contentStart(der, at) + size;
}
