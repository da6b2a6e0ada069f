/** Every path of the sandbox's OCI, by every method: answered by its own route, or refused by its name. */
import { ROUTES } from "../../../../sandbox/oci/api/routes.ts";
import { router } from "../../../../sandbox/oci/http/route.ts";
import { ServiceRefusal } from "../../../../sandbox/oci/model/refusals.ts";

/** Whatever stands in the places of a path. */
const plain = (call: string): string => call.replaceAll(/\{[^}]+\}/g, "{}");

const find = router(ROUTES);
const played = new Set(ROUTES.map(({ method, path }) => plain(`${method} ${path}`)));

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
  expect(ROUTES.filter(({ method, path }) => met(method, plain(path)) !== plain(`${method} ${path}`))).toEqual([]);
});

it("is refused by name where it is not played: clients swallow a 404, and repeat a 405 for minutes", () => {
  const targets = [...new Set(ROUTES.map(({ path }) => path))].flatMap((path) =>
    // Below each path as well, where Oracle may have calls that are not here.
    ["GET", "PUT", "POST", "PATCH", "DELETE"].flatMap((method) =>
      [path, `${path}/unheardOf`].map((each) => ({ method, target: each.replaceAll(/\{[^}]+\}/g, "x") })),
    ),
  );
  const wrong = targets.filter(({ method, target }) => {
    const answer = met(method, target);
    return !played.has(answer) && !answer.startsWith(`400 NotPlayed ${method} ${target} is not played here`);
  });
  expect([wrong, targets.length > 1000]).toEqual([[], true]);
});

it.each(["/20160918/compartments/bulkActionResourceTypes", "/workRequests", "/workRequests/x/errors"])(
  "is refused by name where its path is like an object's, or has no version: %s",
  (path) => expect(met("GET", path)).toContain(`400 NotPlayed GET ${path} is not played here`),
);
