/** Every call that Oracle describes of the services that the sandbox has: answered, or refused by its name. */
import calls from "../../../../sandbox/oci/api/calls.json" with { type: "json" };
import { ROUTES } from "../../../../sandbox/oci/api/routes.ts";
import { router } from "../../../../sandbox/oci/http/route.ts";
import { ServiceRefusal } from "../../../../sandbox/oci/model/refusals.ts";

/** Whatever stands in the places of a path. */
const plain = (call: string): string => call.replaceAll(/\{[^}]+\}/g, "{}");

const described = Object.entries(calls).flatMap(([path, methods]) =>
  methods.split(" ").map((method) => ({ method, path, call: plain(`${method} ${path}`) })),
);
const played = new Set(ROUTES.map(({ method, path }) => plain(`${method} ${path}`)));
const find = router(ROUTES);

/** The route that a request meets, or its refusal. */
function met(method: string, path: string): string {
  try {
    const { route } = find(method, path);
    return plain(`${route.method} ${route.path}`);
  } catch (error) {
    if (error instanceof ServiceRefusal) return `${error.status} ${error.code} ${error.reason}`;
    throw error;
  }
}

it("is answered by its own route, not by one whose place for an id it fits", () => {
  const taken = described.filter(({ call }) => played.has(call));
  const wrong = taken.filter(({ method, path, call }) => met(method, plain(path)) !== call);
  expect([wrong, taken.length > 430]).toEqual([[], true]);
});

it("is refused by name where it is not played: clients swallow a 404, and repeat a 405 for minutes", () => {
  const unplayed = described.filter(({ call }) => !played.has(call));
  const wrong = unplayed.filter(({ method, path }) => {
    const target = path.replaceAll(/\{[^}]+\}/g, "x");
    return !met(method, target).startsWith(`400 NotPlayed ${method} ${target} is not played here`);
  });
  expect([wrong, unplayed.length > 300]).toEqual([[], true]);
});

it("is all that there are routes for, but for an older version and the addresses of preauthenticated requests", () => {
  const known = new Set(described.map(({ call }) => call));
  const more = [...played].filter((call) => !known.has(call));
  expect(more.filter((call) => !/ \/(20181025|p)\//.test(call))).toEqual([]);
});
