/** Second factors and OpenID, which nobody has here (pve-access-control 9.1.1, API2/TFA.pm). */
import type { Pve } from "../model/context.ts";
import { user } from "./user-calls.ts";
import type { Data, Parameters } from "./http.ts";
import { get, put, type Route } from "./route.ts";
import { nothing } from "./values.ts";

/** @throws PveError where there is no such user */
function ofUser(answer: (parameters: Parameters) => Data) {
  return (pve: Pve, parameters: Parameters): Data => {
    user(pve, parameters);
    return answer(parameters);
  };
}

/** The calls. */
export const routes: readonly Route[] = [
  get("access/tfa", nothing),
  get("access/tfa/{userid}", ofUser(nothing)),
  get(
    "access/users/{userid}/tfa",
    ofUser(({ multiple }) => (multiple === "1" ? { types: [] } : {})),
  ),
  put(
    "access/users/{userid}/unlock-tfa",
    ofUser(() => 0),
  ),
  get("access/openid", () => [{ subdir: "auth-url" }, { subdir: "login" }]),
];
