/** One call of the REST API: its request, its response, and the router. */
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { notPlayed, ServiceRefusal } from "../model/refusals.ts";
import type { ApiResponse } from "./response.ts";
import type { ApiState } from "./api-state.ts";

/** A call that found its route. */
export interface ApiRequest {
  readonly api: ApiState;
  /** The world, and the region that is requested: what the rules of sandbox/oci take. */
  readonly call: ProviderContext;
  /** Of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** JSON of the body; `{}` without one. */
  readonly body: Attributes;
  /** The body itself, where the route is `raw`. */
  readonly content: Readable;
}

/** A call that is answered: its method, its path, and what does it. */
export interface Route {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/20160918/vcns/{id}`; `{name+}` takes slashes too. */
  readonly path: string;
  /** The body is content: it is not signed, and read by the route. */
  readonly raw?: true;
  /** Nobody signs it: the route itself says who may. */
  readonly anonymous?: true;
  run(request: ApiRequest): ApiResponse | Promise<ApiResponse>;
}

/** A route, and what stood in the places of its path. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Compiled {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

function compile(route: Route): Compiled {
  const names = [...route.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = ""]) => name);
  const pattern = route.path.replace(/\{\w+\}/g, "([^/]+)").replace(/\{\w+\+\}/g, "(.+)");
  return { route, names, pattern: new RegExp(`^${pattern}/?$`) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceRefusal(400, "InvalidParameter", `The path has an escape that is none: ${text}`, "");
  }
}

/** Not played, with paths like those of an object, whose 404 clients would take for one that is gone. */
const LIKE_AN_OBJECT = ["GET /20160918/compartments/bulkActionResourceTypes"];

/**
 * Paths of Oracle's services: a version by date, or what Object Storage (namespaces, preauthenticated requests, work requests),
 * identity domains and three others have in its place (oracle/oci-go-sdk v65, the clients' paths).
 */
const OF_A_SERVICE = /^\/(\d{8}|n|p|workRequests|admin|oauth2|oalapp|v1)(\/|$)/;

function missing(method: string, path: string): ServiceRefusal {
  if (OF_A_SERVICE.test(path)) return notPlayed(`${method} ${path}`);
  return new ServiceRefusal(404, "NotFound", `There is no ${path} here.`, "");
}

/**
 * @returns what finds the route of a method and path
 * @throws ServiceRefusal for what of OCI is not played, another method among it, and 404 for what is no path of OCI's
 */
export function router(routes: readonly Route[]): (method: string, path: string) => RouteMatch {
  const compiled = routes.map(compile);
  return (method, path) => {
    const found = compiled.find(({ route, pattern }) => route.method === method && pattern.test(path));
    if (found && !LIKE_AN_OBJECT.includes(`${method} ${path}`)) {
      const values = found.pattern.exec(path)?.slice(1) ?? [];
      const params = found.names.map((name, index) => [name, decoded(values[index] ?? "")]);
      return { route: found.route, params: Object.fromEntries(params) };
    }
    throw missing(method, path);
  };
}
