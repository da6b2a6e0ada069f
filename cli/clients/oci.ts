/** A client of OCI's REST API, signed with the account's key. Oracle's SDK, which signs, is loaded here. */
import type { HttpClient } from "oci-common";
import { z } from "zod";
import type { SignIn } from "../../config/sign-in.ts";
import { providerVariable } from "../../images/upload/api-key.ts";
import { readCredentials } from "../../images/upload/credentials.ts";
import { endpointOf } from "../../images/upload/endpoint.ts";
import { readProfile } from "../../images/upload/profile.ts";
import { CliError, messageOf } from "../ui/errors.ts";
import { visibleLine } from "../ui/visible.ts";

/** Endpoints as Oracle's SDKs have them, and the provider's names of the clients, which an override goes by. */
const SERVICES = {
  compute: { client: "oci_core.ComputeClient", template: "https://iaas.{region}.{secondLevelDomain}" },
  network: { client: "oci_core.VirtualNetworkClient", template: "https://iaas.{region}.{secondLevelDomain}" },
  storage: { client: "oci_core.BlockstorageClient", template: "https://iaas.{region}.{secondLevelDomain}" },
  identity: { client: "oci_identity.IdentityClient", template: "https://identity.{region}.oci.{secondLevelDomain}" },
  flexibleBalancers: {
    client: "oci_load_balancer.LoadBalancerClient",
    template: "https://iaas.{region}.{secondLevelDomain}",
  },
  balancers: {
    client: "oci_network_load_balancer.NetworkLoadBalancerClient",
    template: "https://network-load-balancer-api.{region}.oci.{secondLevelDomain}",
  },
  limits: { client: "oci_limits.LimitsClient", template: "https://limits.{region}.oci.{secondLevelDomain}" },
  quotas: { client: "oci_limits.QuotasClient", template: "https://limits.{region}.oci.{secondLevelDomain}" },
  budgets: { client: "oci_budget.BudgetClient", template: "https://usage.{region}.oci.{secondLevelDomain}" },
} as const;
/** The services that are asked. */
export type Service = keyof typeof SERVICES;

/** An account of OCI, opened: requests are signed, and responses parsed. */
export interface Oci {
  readonly tenancy: string;
  /** Where the key comes from, for messages. */
  readonly credentials: string;
  /** @throws OciError in one line */
  get<T>(service: Service, path: string, schema: z.ZodType<T>): Promise<T>;
  /** All pages of a list. @throws OciError in one line */
  list<T>(service: Service, path: string, schema: z.ZodType<T>): Promise<readonly T[]>;
  /** @throws OciError in one line */
  post<T>(service: Service, path: string, body: object, schema: z.ZodType<T>): Promise<T>;
  /** What is no JSON. @throws OciError in one line */
  text(service: Service, path: string): Promise<string>;
  /** @throws OciError in one line */
  remove(service: Service, path: string): Promise<void>;
}

/** Whether a policy is in the way: OCI says of what may not be read that it is not there. */
export function isForbidden(error: unknown): boolean {
  return error instanceof OciError && (error.status === 403 || error.status === 404);
}

/** What OCI answers instead, or why it does not answer. */
export class OciError extends CliError {
  /** HTTP; null where nobody answered. */
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

/** Which account, where, and how it is signed in to. */
export interface OciOptions {
  readonly region: string;
  readonly signIn: SignIn;
  /** Names the configuration file, the tenancy, and other endpoints: the sandbox's is one. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How far the account's clock is ahead of this machine's, in milliseconds. @default 0 */
  readonly clockAheadMs?: number;
}

const refusal = z.object({ code: z.string(), message: z.string() });

/** A page of a list: most services give an array, some an object with `items`. */
function listOf<T>(schema: z.ZodType<T>) {
  const items = z.array(schema);
  return z.union([items, z.object({ items }).transform((page) => page.items)]);
}

/** What a person can do about a refusal. */
function adviceOn(status: number, credentials: string): string {
  if (status === 401) return `; check ${credentials} (tenancy, user, fingerprint, key_file) and this machine's clock`;
  if (status === 403 || status === 404) return "; a policy has to let your user read this";
  return "";
}

async function answered(response: Response, path: string, credentials: string): Promise<string> {
  const text = await response.text();
  if (response.ok) return text;
  const read = refusal.safeParse(readable(text));
  const said = read.success ? visibleLine(`${read.data.code}, ${read.data.message}`) : response.statusText;
  const trouble = `${path.replace(/\?.*/, "").replaceAll(/ocid1\.[\w.-]+/g, "…")}: ${response.status} ${said}`
    .replaceAll(/\s+/g, " ")
    .trim();
  throw new OciError(`${trouble.slice(0, 300)}${adviceOn(response.status, credentials)}`, response.status);
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function json(response: Response, path: string, credentials: string): Promise<unknown> {
  const text = await answered(response, path, credentials);
  return text === "" ? null : JSON.parse(text);
}

/**
 * Opens the account.
 *
 * @throws UploadError for credentials that are missing or wrong; CliError where no tenancy is named
 */
export async function openOci({ region, signIn, env, signal, clockAheadMs = 0 }: OciOptions): Promise<Oci> {
  const { provider, source } = await readCredentials(signIn, env);
  const tenancy = tenancyOf(signIn, env);
  if (tenancy === undefined)
    throw new CliError(`${source}: the tenancy is missing; the console shows its OCID with the API key`);
  const { DefaultRequestSigner, EndpointBuilder, FetchHttpClient } = await import("oci-common");
  const http: HttpClient = new FetchHttpClient(new DefaultRequestSigner(provider), null, { signal });

  async function send(
    service: Service,
    method: "GET" | "POST" | "DELETE",
    path: string,
    body?: object,
  ): Promise<Response> {
    const { client, template } = SERVICES[service];
    const endpoint = endpointOf(env, client) ?? EndpointBuilder.createEndpointFromRegionId(template, region);
    const headers = new Headers(body === undefined ? {} : { "content-type": "application/json" });
    // The signer takes it as it is.
    if (clockAheadMs !== 0) headers.set("x-date", new Date(Date.now() + clockAheadMs).toUTCString());
    try {
      const request = { method, uri: `${endpoint}${path}`, headers };
      return await http.send(body === undefined ? request : { ...request, body: JSON.stringify(body) });
    } catch (error) {
      const { cause }: { cause?: unknown } = error instanceof Error ? error : {};
      const why = signal.aborted ? "it took too long" : messageOf(cause ?? error);
      throw new OciError(`no answer from ${new URL(endpoint).host}: ${why}; check oci.region and the network`, null);
    }
  }

  return {
    tenancy,
    credentials: source,
    get: async (service, path, schema) => schema.parse(await json(await send(service, "GET", path), path, source)),
    async list(service, path, schema) {
      const all: z.output<typeof schema>[] = [];
      let page: string | null = null;
      do {
        const query: string = page === null ? "" : `${path.includes("?") ? "&" : "?"}page=${encodeURIComponent(page)}`;
        const response = await send(service, "GET", `${path}${query}`);
        all.push(...listOf(schema).parse(await json(response, path, source)));
        page = response.headers.get("opc-next-page");
      } while (page !== null);
      return all;
    },
    post: async (service, path, body, schema) =>
      schema.parse(await json(await send(service, "POST", path, body), path, source)),
    text: async (service, path) => answered(await send(service, "GET", path), path, source),
    async remove(service, path) {
      await answered(await send(service, "DELETE", path), path, source);
    },
  };
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Values of a profile of the OCI configuration; empty where there is none. */
export function profileValues(profile: string, env: Variables): Readonly<Record<string, string>> {
  try {
    return readProfile(profile, env).values;
  } catch {
    return {};
  }
}

/**
 * The tenancy that is named for signing in; undefined where it is not.
 *
 * @throws CliError where a variable and a profile name two: the provider would sign with one, and create in the other
 */
export function tenancyOf(signIn: SignIn, env: Variables): string | undefined {
  const given = providerVariable(env, "tenancy_ocid");
  if (!("profile" in signIn)) return given;
  const { tenancy } = profileValues(signIn.profile, env);
  if (given !== undefined && tenancy && given !== tenancy)
    throw new CliError(
      `TF_VAR_tenancy_ocid: got "${given}", and profile ${signIn.profile} says ${tenancy}: unset it, or set oci.profile or oci.auth`,
    );
  return given ?? (tenancy || undefined);
}
