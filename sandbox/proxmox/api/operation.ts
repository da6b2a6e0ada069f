/** One call of the API, whoever makes it: who may make it, and its parameters, are checked before it is done. */
import { nodeNamed, type Pve, pveOn } from "../model/context.ts";
import { badParameter, PveError } from "../model/errors.ts";
import { isDistrusted } from "../model/settling.ts";
import { type Data, Page, type Parameters } from "./http.ts";
import { assertPermitted } from "./permission-check.ts";
import type { Method } from "./route.ts";
import type { RouteMatch } from "./router.ts";
import { routes } from "./routes.ts";
import { schemaOf } from "./schema.ts";
import { assertNames, validate } from "./validate.ts";

/**
 * Does a call as the user of `pve`.
 *
 * @param path as it was called, behind `/api2/json/`
 * @throws PveError
 */
export function perform(
  pve: Pve,
  { route, variables }: RouteMatch,
  path: string,
  given: Parameters,
): Data | Page | Promise<Data> {
  const conflicting = Object.entries(variables).find(([name, value]) => (given[name] ?? value) !== value);
  if (conflicting) {
    const why = "duplicate parameter (already defined in URI) with conflicting values!";
    throw badParameter({ [conflicting[0]]: why });
  }
  const schema = schemaOf(`${route.method} ${route.path}`);
  const parameters = { ...given, ...variables };
  assertNames(parameters);
  if (!route.open) assertPermitted(pve, schema, parameters, path);
  // A call about a node is passed on to it.
  const at = variables.node === undefined || route.anywhere ? pve : onNode(pve, variables.node);
  validate(schema.parameters ?? {}, parameters, schema.additional === 1);
  return route.run(at, parameters) ?? null;
}

/** @throws 596 while the node shows a certificate that this one does not know */
function onNode(pve: Pve, node: string): Pve {
  if (node === pve.host.name || node === "localhost") return pve;
  const host = nodeNamed(pve, node);
  if (isDistrusted(pve.world, host))
    throw new PveError(596, "tls_process_server_certificate: certificate verify failed");
  return { ...pve, ...pveOn(pve.world, host, pve.user) };
}

/** A parameter in process: what is undefined is not sent, a list is joined by commas. */
type Given = string | number | boolean | readonly (string | number)[] | undefined;

/**
 * Makes a call in process, as the user of `pve`: a provider's stand-in does. What the call starts a task for is done, or has
 * failed, when this returns.
 *
 * @param path behind `/api2/json/`, encoded: `access/users/lab%40pve`
 * @throws PveError
 */
export function callApi(pve: Pve, method: Method, path: string, given: Readonly<Record<string, Given>> = {}): Data {
  const parameters = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === "boolean" ? (value ? "1" : "0") : String(value)] as const],
  );
  const result = perform({ ...pve, atOnce: true }, routes.find(method, path), path, Object.fromEntries(parameters));
  if (result instanceof Promise) throw new Error(`${method} ${path} takes time: it is not for stand-ins`);
  return result instanceof Page ? result.data : result;
}
