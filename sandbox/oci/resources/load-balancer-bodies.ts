/** Bodies of the load balancer's API, as zod reads them: what is unsaid gets the service's own value. */
import { z } from "zod";
import { maybeText, texts } from "../kernel/resource.ts";

/** What listeners have where nobody says another (oracle/oci-go-sdk v65, loadbalancer/ssl_configuration.go). */
const CIPHER_SUITE = "oci-default-ssl-cipher-suite-v1";
const TLS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

/** How a set chooses among its backends. */
export const POLICIES = ["ROUND_ROBIN", "LEAST_CONNECTIONS", "IP_HASH"] as const;
/** What listeners speak. */
export const LISTENER_PROTOCOLS = ["HTTP", "HTTP2", "TCP", "GRPC"] as const;

/** Null in the view where it is not given. */
function orNull<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? null);
}

const port = z.int().min(1).max(65_535);
const name = z.string().regex(/^[\w-]{1,255}$/, "letters, digits, dashes and underscores");
const maxConnections = orNull(z.int().refine((value) => value === 0 || value >= 256, "0, or at least 256"));

/** Depth and verification as the provider sends them where they are not said (oracle/oci 8.28.0). */
const sslBody = z.object({
  certificateName: orNull(name),
  verifyDepth: z.int().min(1).default(5),
  verifyPeerCertificate: z.boolean().default(true),
  protocols: z.array(z.enum(TLS)).default(["TLSv1.2"]),
  cipherSuiteName: z.string().default(CIPHER_SUITE),
  serverOrderPreference: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  certificateIds: texts.default([]),
  trustedCertificateAuthorityIds: texts.default([]),
});
/** Sessions are a listener's: of a backend set the service does not tell it, and the provider has no place for it. */
const listenerSsl = sslBody.extend({ hasSessionResumption: z.boolean().default(false) });

/** A backend, named by its address and port. */
export const backendBody = z.object({
  /** `10.0.0.3:8080` */
  name: z.string(),
  ipAddress: z.ipv4(),
  port,
  weight: z.int().min(1).max(100).default(1),
  maxConnections,
  backup: z.boolean().default(false),
  drain: z.boolean().default(false),
  offline: z.boolean().default(false),
});

/** A health checker, which a call of its own changes too. */
export const checkerBody = z
  .object({
    protocol: z.enum(["HTTP", "TCP"]),
    // 0: the backend's own port.
    port: z.int().min(0).max(65_535).default(0),
    urlPath: z.string().nullish(),
    returnCode: z.int().default(200),
    retries: z.int().min(1).default(3),
    timeoutInMillis: z.int().min(1).default(3000),
    intervalInMillis: z.int().min(1).default(10_000),
    responseBodyRegex: z.string().default(""),
    isForcePlainText: z.boolean().default(false),
  })
  .transform(({ urlPath, ...rest }) => ({ ...rest, urlPath: urlPath ?? (rest.protocol === "HTTP" ? "/" : null) }));

const session = z.object({ cookieName: z.string().min(1), disableFallback: z.boolean().default(false) });
const cookie = z.object({
  cookieName: z.string().default("X-Oracle-BMC-LBS-Route"),
  disableFallback: z.boolean().default(false),
  domain: orNull(z.string()),
  path: z.string().default("/"),
  maxAgeInSeconds: orNull(z.int().min(1)),
  isSecure: z.boolean().default(true),
  isHttpOnly: z.boolean().default(true),
});

/** A set, with its backends. */
export const backendSetBody = z
  .object({
    name: name.max(32),
    policy: z.enum(POLICIES),
    backends: z.array(backendBody).default([]),
    healthChecker: checkerBody,
    backendMaxConnections: maxConnections,
    sslConfiguration: orNull(sslBody),
    sessionPersistenceConfiguration: orNull(session),
    lbCookieSessionPersistenceConfiguration: orNull(cookie),
  })
  .refine(
    (set) => set.sessionPersistenceConfiguration === null || set.lbCookieSessionPersistenceConfiguration === null,
    "one kind of session persistence only",
  );

/** A listener, in front of a set. */
export const listenerBody = z.object({
  name,
  defaultBackendSetName: name,
  port,
  protocol: z.enum(LISTENER_PROTOCOLS),
  sslConfiguration: orNull(listenerSsl),
  connectionConfiguration: z.object({
    idleTimeout: z.coerce.number().int().min(1),
    backendTcpProxyProtocolVersion: orNull(z.union([z.literal(1), z.literal(2)])),
    backendTcpProxyProtocolOptions: z.array(z.literal("PP2_TYPE_AUTHORITY")).default([]),
  }),
  hostnameNames: texts.default([]),
  pathRouteSetName: maybeText,
  routingPolicyName: maybeText,
  ruleSetNames: texts.default([]),
});

/** Without its key. Authorities alone are a bundle too, and so is nothing but a name (oracle/oci 8.28.0, its acceptance tests). */
export const certificateBody = z.object({
  certificateName: name,
  publicCertificate: z.string().default(""),
  caCertificate: z.string().default(""),
});

/** As the load balancer keeps it. */
export type Backend = z.output<typeof backendBody>;
/** As the load balancer keeps it. */
export type BackendSet = z.output<typeof backendSetBody>;
/** As the load balancer keeps it. */
export type Listener = z.output<typeof listenerBody>;
/** As the load balancer keeps it. */
export type Certificate = z.output<typeof certificateBody>;
