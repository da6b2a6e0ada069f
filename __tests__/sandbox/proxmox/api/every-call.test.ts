/** Every call that Proxmox VE describes: answered by its own route, or 501 with its name. */
import calls from "../../../../sandbox/proxmox/api/calls.json" with { type: "json" };
import { ROUTES, routes } from "../../../../sandbox/proxmox/api/routes.ts";
import { PveError } from "../../../../sandbox/proxmox/model/errors.ts";

const described = Object.entries(calls).flatMap(([path, methods]) =>
  methods.split(" ").map((method) => ({ method, path })),
);
const played = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));

/** The route that a request meets, or its refusal. */
function met(method: string, path: string): string {
  try {
    const { route } = routes.find(method, path);
    return `${route.method} ${route.path}`;
  } catch (error) {
    if (error instanceof PveError) return `${error.status} ${error.message}`;
    throw error;
  }
}

it.each([
  ["its own route, where it is played", true],
  ["501, where it is not", false],
])("meets %s", (_what, isPlayed) => {
  const these = described.filter(({ method, path }) => played.has(`${method} ${path}`) === isPlayed);
  const wrong = these.filter(({ method, path }) => {
    const target = path.replaceAll(/\{\w+\}/g, "x");
    const wanted = isPlayed ? `${method} ${path}` : `501 Method '${method} /${target}' not implemented`;
    return met(method, target) !== wanted;
  });
  expect([wrong, these.length > 100]).toEqual([[], true]);
});
