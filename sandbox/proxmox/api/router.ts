/** Finds the route of a call: a tree of path segments, made once. */
import { PveError } from "../model/errors.ts";
import type { Parameters } from "./http.ts";
import type { Method, Route } from "./route.ts";

interface Segment {
  readonly children: Map<string, Segment>;
  variable: { readonly name: string; readonly next: Segment } | null;
  readonly routes: Map<Method, Route>;
}

/** A route, and what the path says for its variables. */
export interface RouteMatch {
  readonly route: Route;
  readonly variables: Parameters;
}

interface Router {
  /** @throws 501 where there is no such call. */
  find(method: string, path: string): RouteMatch;
  /** Names of what is directly below a path as the route has it. */
  children(path: string): readonly string[];
}

function segment(): Segment {
  return { children: new Map(), variable: null, routes: new Map() };
}

function parts(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}

function grow(root: Segment, path: string): Segment {
  let at = root;
  for (const part of parts(path)) {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      const next = at.children.get(part) ?? segment();
      at.children.set(part, next);
      at = next;
    } else {
      at.variable ??= { name, next: segment() };
      at = at.variable.next;
    }
  }
  return at;
}

/** Makes the tree. */
export function router(routes: readonly Route[]): Router {
  const root = segment();
  for (const route of routes) grow(root, route.path).routes.set(route.method, route);

  /** A volume id has slashes of its own, and clients do not encode them. */
  function walk(at: Segment, rest: readonly string[], variables: Record<string, string>): Segment | null {
    const [part, ...more] = rest;
    if (part === undefined) return at;
    const literal = at.children.get(part);
    if (literal) return walk(literal, more, variables);
    if (!at.variable) return null;
    const { name, next } = at.variable;
    const whole = name === "volume" || name === "cidr";
    variables[name] = decoded(whole ? rest.join("/") : part);
    return walk(next, whole ? [] : more, variables);
  }

  return {
    find(method, path) {
      const variables: Record<string, string> = {};
      const route = walk(root, parts(path), variables)?.routes.get(asMethod(method) ?? "GET");
      if (route && route.method === method) return { route, variables };
      throw new PveError(501, `Method '${method} /${parts(path).join("/")}' not implemented`);
    },
    children: (path) => [...grow(root, path).children.keys()],
  };
}

function asMethod(method: string): Method | undefined {
  return (["GET", "POST", "PUT", "DELETE"] as const).find((known) => known === method);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new PveError(400, "invalid URI encoding");
  }
}
