/** Backend sets, backends, listeners and certificates of load balancers: what each needs, and what keeps it. */
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { isObject } from "../model/attributes.ts";
import { fieldsFrom } from "../kernel/operations.ts";
import type { Part } from "../kernel/part.ts";
import { requireObject } from "../model/records.ts";
import { conflict, invalid, limitExceeded, notFound, referenced } from "../model/refusals.ts";
import { loadBalancer, type LoadBalancerBody } from "./load-balancer.ts";
import {
  type Backend,
  backendBody,
  type BackendSet,
  backendSetBody,
  type Certificate,
  certificateBody,
  type Listener,
  listenerBody,
} from "./load-balancer-bodies.ts";
import { requireKey } from "./load-balancer-keys.ts";
import { requireNames } from "./load-balancer-rules.ts";
import { byName } from "./network-load-balancer.ts";

const SERVICE = "Load Balancer";

/** Of sets and of listeners: what an Always Free load balancer may have (limits of the service). */
const MOST_PARTS = 16;

/** @throws LimitExceeded for one more than there may be */
function requirePlace(what: string, name: string, names: readonly string[]): void {
  if (names.length >= MOST_PARTS && !names.includes(name))
    throw limitExceeded(SERVICE, [`${what} count (limit ${MOST_PARTS}, used ${names.length}, asked 1 more)`]);
}

/** @throws for a certificate that is neither the load balancer's nor of the Certificates service, or for both kinds at once */
function requireCertificate(
  { certificates }: LoadBalancerBody,
  ssl: BackendSet["sslConfiguration"],
  call: ProviderContext,
): void {
  const { certificateName: name, certificateIds = [], trustedCertificateAuthorityIds: trusted = [] } = ssl ?? {};
  if (name && !certificates.some(({ certificateName }) => certificateName === name))
    throw invalid(SERVICE, `certificateName ${name} is none of the load balancer's certificates.`);
  if (name && certificateIds.length + trusted.length > 0)
    throw invalid(SERVICE, "certificateName does not go with certificateIds or trustedCertificateAuthorityIds.");
  // SslConfigurationDetails (oracle/oci-go-sdk v65, loadbalancer).
  if (certificateIds.length > 1) throw invalid(SERVICE, "certificateIds has one id at most.");
  const { oci } = call.world.state;
  for (const id of certificateIds) requireObject(call, SERVICE, oci.certificates, id, "certificate_ids");
  for (const id of trusted) requireObject(call, SERVICE, oci.caBundles, id, "trusted_certificate_authority_ids");
}

function requireBackup({ backup }: Backend, policy: string | undefined): void {
  if (backup && policy === "IP_HASH")
    throw invalid(SERVICE, "A backend set of policy IP_HASH takes no backend that is a backup.");
}

const named = (given: Attributes): Attributes => ({ ...given, name: `${given.ipAddress}:${given.port}` });

const common = { service: SERVICE, parent: loadBalancer, whole: true, key: "name" } as const;
const place = { id: "load_balancer_id" };

/** Its address and port are its name, and stay. */
export const loadBalancerBackend: Part<LoadBalancerBody, Backend> = {
  ...common,
  type: "oci_load_balancer_backend",
  idType: "backend",
  operation: "Backend",
  path: "backendSets/{set}/backends",
  place: { ...place, set: "backendset_name" },
  body: backendBody,
  fixed: ["name", "ipAddress", "port"],
  all: ({ backendSets }, { set }) => byName(backendSets, set)?.backends ?? null,
  places: ({ id, backendSets }) => backendSets.map(({ name }) => ({ id, set: name })),
  prepare: (given, { before }) => (before ? given : named(given)),
  check: (next, { parent, place: { set } }) => requireBackup(next, byName(parent.backendSets, set)?.policy),
};

/** Goes when no listener is in front of it. */
export const loadBalancerBackendSet: Part<LoadBalancerBody, BackendSet> = {
  ...common,
  type: "oci_load_balancer_backend_set",
  idType: "backendset",
  operation: "BackendSet",
  path: "backendSets",
  place,
  body: backendSetBody,
  fixed: ["name"],
  all: ({ backendSets }) => backendSets,
  prepare(given, { call, before }) {
    const { backends } = given;
    // A change says all that there shall be.
    if (before && !Array.isArray(backends)) throw invalid(SERVICE, "backends is required.");
    if (!Array.isArray(backends)) return given;
    const members = backends.filter(isObject).map((each) => fieldsFrom(loadBalancerBackend, call, named(each), null));
    return { ...given, backends: members };
  },
  check(next, { call, parent, before }) {
    if (!before)
      requirePlace(
        "Backend set",
        next.name,
        parent.backendSets.map(({ name }) => name),
      );
    requireCertificate(parent, next.sslConfiguration, call);
    for (const [index, each] of next.backends.entries()) {
      requireBackup(each, next.policy);
      if (next.backends.slice(0, index).some(({ name }) => name === each.name))
        throw invalid(SERVICE, `Backend ${each.name} is there more than once.`);
    }
  },
  remove({ name }, { listeners }) {
    const listener = listeners.find(({ defaultBackendSetName }) => defaultBackendSetName === name);
    if (listener) throw referenced(SERVICE, `The backend set ${name}`, `the listener ${listener.name}`);
  },
};

/** One a port. */
export const loadBalancerListener: Part<LoadBalancerBody, Listener> = {
  ...common,
  type: "oci_load_balancer_listener",
  idType: "listener",
  operation: "Listener",
  path: "listeners",
  without: ["list", "get"],
  place,
  body: listenerBody,
  fixed: ["name"],
  all: ({ listeners }) => listeners,
  // Oracle's page on connection configuration: 300 seconds for TCP, 60 for HTTP.
  prepare: (given) => ({
    ...given,
    connectionConfiguration: given.connectionConfiguration ?? { idleTimeout: given.protocol === "TCP" ? 300 : 60 },
  }),
  check(next, { call, parent, before }) {
    if (!before)
      requirePlace(
        "Listener",
        next.name,
        parent.listeners.map(({ name }) => name),
      );
    const set = next.defaultBackendSetName;
    if (!byName(parent.backendSets, set)) throw notFound(SERVICE, `backend set ${set} of ${parent.id}`);
    requireCertificate(parent, next.sslConfiguration, call);
    requireNames(parent, next);
    // Several on a port are distinguished by host names.
    const same = parent.listeners.find(
      (other) =>
        other.name !== next.name &&
        other.port === next.port &&
        (next.hostnameNames.length === 0 || other.hostnameNames.some((name) => next.hostnameNames.includes(name))),
    );
    if (same) throw conflict(SERVICE, `Listener ${same.name} already has port ${next.port}.`);
  },
};

/** Comes with its own key, and goes when nothing uses it. */
export const loadBalancerCertificate: Part<LoadBalancerBody, Certificate> = {
  ...common,
  type: "oci_load_balancer_certificate",
  idType: "certificate",
  operation: "Certificate",
  path: "certificates",
  place,
  key: "certificateName",
  without: ["get", "update"],
  body: certificateBody,
  all: ({ certificates }) => certificates,
  prepare(given) {
    requireKey(SERVICE, given);
    return given;
  },
  remove({ certificateName: name }, { listeners, backendSets }) {
    const user = [...listeners, ...backendSets].find((each) => each.sslConfiguration?.certificateName === name);
    if (user) throw referenced(SERVICE, `The certificate ${name}`, user.name);
  },
  inventoryName: ({ certificateName }) => certificateName,
};
