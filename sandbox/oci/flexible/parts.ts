/** Backend sets, backends, listeners and certificates of a load balancer: what each needs, and what keeps it. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { z } from "zod";
import type { LoadBalancer } from "../../world/oci.ts";
import { conflict, invalid, limitExceeded, notFound, referenced } from "../refusals.ts";
import {
  type backendBody,
  type backendSetBody,
  type certificateBody,
  type listenerBody,
  type LoadBalancerBackend,
  type LoadBalancerCertificate,
  type LoadBalancerListener,
  type LoadBalancerSet,
  SERVICE,
} from "./bodies.ts";

/** Of sets and of listeners: what an Always Free load balancer is told to have (limits of the service). */
const MOST_PARTS = 16;

export function requireBackendSet(balancer: LoadBalancer, name: string): LoadBalancerSet {
  const found = balancer.backendSets.find((set) => set.name === name);
  if (!found) throw notFound(SERVICE, `backend set ${name} of ${balancer.id}`);
  return found;
}

function requireNew(balancer: LoadBalancer, what: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) throw conflict(SERVICE, `${what} ${name} exists already in ${balancer.id}.`);
  if (names.length >= MOST_PARTS)
    throw limitExceeded(SERVICE, [`${what} count (limit ${MOST_PARTS}, used ${names.length}, asked 1 more)`]);
}

/** @throws for a certificate that the load balancer has not */
function requireCertificate(balancer: LoadBalancer, ssl: LoadBalancerListener["sslConfiguration"]): void {
  const name = ssl?.certificateName ?? null;
  if (name !== null && !balancer.certificates.some(({ certificateName }) => certificateName === name))
    throw invalid(SERVICE, `certificateName ${name} is none of ${balancer.id}'s certificates.`);
}

function backendOf(policy: string, body: z.infer<typeof backendBody>): LoadBalancerBackend {
  if (body.backup && policy === "IP_HASH")
    throw invalid(SERVICE, "A backend set of policy IP_HASH takes no backend that is a backup.");
  return { ...body, name: `${body.ipAddress}:${body.port}` };
}

/** @param before the set that is changed */
export function putBackendSet(
  balancer: LoadBalancer,
  { backends, ...body }: z.infer<typeof backendSetBody>,
  before: LoadBalancerSet | null,
): void {
  const names = balancer.backendSets.map(({ name }) => name);
  if (before === null) requireNew(balancer, "Backend set", body.name, names);
  requireCertificate(balancer, body.sslConfiguration);
  const members = backends.map((each) => backendOf(body.policy, each));
  const twice = members.find(({ name }, index) => members.findIndex((other) => other.name === name) < index);
  if (twice) throw invalid(SERVICE, `Backend ${twice.name} is there more than once.`);
  const set = { ...body, backends: members };
  balancer.backendSets = before
    ? balancer.backendSets.map((each) => (each === before ? set : each))
    : [...balancer.backendSets, set];
}

export function removeBackendSet(balancer: LoadBalancer, name: string): void {
  const set = requireBackendSet(balancer, name);
  const listener = balancer.listeners.find(({ defaultBackendSetName }) => defaultBackendSetName === name);
  if (listener) throw referenced(SERVICE, `The backend set ${name}`, `the listener ${listener.name}`);
  balancer.backendSets = balancer.backendSets.filter((each) => each !== set);
}

export function requireBackend({ name: set, backends }: LoadBalancerSet, name: string): LoadBalancerBackend {
  const found = backends.find((each) => each.name === name);
  if (!found) throw notFound(SERVICE, `backend ${name} of ${set}`);
  return found;
}

export function putBackend(
  set: LoadBalancerSet,
  body: z.infer<typeof backendBody>,
  before: LoadBalancerBackend | null,
): void {
  const made = backendOf(set.policy, body);
  if (before === null && set.backends.some(({ name }) => name === made.name))
    throw conflict(SERVICE, `Backend ${made.name} exists already in ${set.name}.`);
  set.backends = before ? set.backends.map((each) => (each === before ? made : each)) : [...set.backends, made];
}

export function requireListener(balancer: LoadBalancer, name: string): LoadBalancerListener {
  const found = balancer.listeners.find((each) => each.name === name);
  if (!found) throw notFound(SERVICE, `listener ${name} of ${balancer.id}`);
  return found;
}

export function putListener(
  balancer: LoadBalancer,
  body: z.infer<typeof listenerBody>,
  before: LoadBalancerListener | null,
): void {
  const names = balancer.listeners.map(({ name }) => name);
  if (before === null) requireNew(balancer, "Listener", body.name, names);
  requireBackendSet(balancer, body.defaultBackendSetName);
  requireCertificate(balancer, body.sslConfiguration);
  // Several on a port are told apart by host names, of which there are none here.
  const same = balancer.listeners.find((other) => other !== before && other.port === body.port);
  if (same) throw conflict(SERVICE, `Listener ${same.name} already has port ${body.port}.`);
  balancer.listeners = before
    ? balancer.listeners.map((each) => (each === before ? body : each))
    : [...balancer.listeners, body];
}

/** @throws for what is no certificate in PEM, or a key that is not the certificate's */
export function addCertificate(balancer: LoadBalancer, body: z.infer<typeof certificateBody>): void {
  const { certificateName, publicCertificate, privateKey, passphrase, caCertificate } = body;
  if (balancer.certificates.some((each) => each.certificateName === certificateName))
    throw conflict(SERVICE, `Certificate ${certificateName} exists already in ${balancer.id}.`);
  let fits: boolean;
  try {
    const certificate = new X509Certificate(publicCertificate);
    const key = privateKey && createPrivateKey({ key: privateKey, ...(passphrase !== null && { passphrase }) });
    fits = key ? certificate.checkPrivateKey(key) : true;
  } catch {
    throw invalid(SERVICE, "publicCertificate and privateKey must be PEM, and the passphrase the key's.");
  }
  if (!fits) throw invalid(SERVICE, "privateKey is not the certificate's.");
  balancer.certificates = [...balancer.certificates, { certificateName, publicCertificate, caCertificate }];
}

export function removeCertificate(balancer: LoadBalancer, name: string): void {
  const found = balancer.certificates.find(({ certificateName }) => certificateName === name);
  if (!found) throw notFound(SERVICE, `certificate ${name} of ${balancer.id}`);
  const user = [...balancer.listeners, ...balancer.backendSets].find(
    (each) => each.sslConfiguration?.certificateName === name,
  );
  if (user) throw referenced(SERVICE, `The certificate ${name}`, user.name);
  balancer.certificates = balancer.certificates.filter((each): each is LoadBalancerCertificate => each !== found);
}
