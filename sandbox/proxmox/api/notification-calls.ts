/** Whom Proxmox VE tells of what (pve-manager 9.2, API2/Cluster/Notifications.pm; proxmox-notify). Nothing is sent to anybody. */
import { nodeNames, type Pve } from "../model/context.ts";
import { PveError } from "../model/errors.ts";
import { sectionsOf } from "../model/sections.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, type Route } from "./route.ts";
import { sectionRoutes, type SectionKind } from "./section-calls.ts";
import { given } from "./values.ts";

const PATH = "cluster/notifications";
const ENDPOINTS = ["gotify", "sendmail", "smtp", "webhook"] as const;
type Endpoint = (typeof ENDPOINTS)[number];

/** What comes with Proxmox VE. */
const BUILT_IN = new Set(["mail-to-root", "default-matcher"]);

function kindOf(kind: string, path: string, what: string, notKept: readonly string[]): SectionKind {
  const absent = (id: string) => new PveError(404, `${what} '${id}' does not exist`);
  return {
    kind,
    path: `${PATH}/${path}`,
    key: "name",
    notKept,
    words: {
      exists: (id) => new PveError(400, `Could not create endpoint '${id}', it already exists`),
      read: absent,
      delete: absent,
    },
    more: (_pve, id) => ({ origin: BUILT_IN.has(id) ? "builtin" : "user-created" }),
  };
}

const kindName = (type: Endpoint): string => `notification ${type}`;
const endpoint = (type: Endpoint): SectionKind =>
  kindOf(kindName(type), `endpoints/${type}`, "endpoint", ["token", "password", "secret"]);

/** What can be told something: every endpoint. */
function targets(pve: Pve): Data {
  return ENDPOINTS.flatMap((type) =>
    Object.entries(sectionsOf(pve, kindName(type))).map(([name, { comment, disable }]) => ({
      name,
      type,
      origin: BUILT_IN.has(name) ? "builtin" : "user-created",
      ...given("comment", comment),
      ...(disable === "1" && { disable: 1 }),
    })),
  );
}

function test(pve: Pve, { name = "" }: Parameters): void {
  if (!ENDPOINTS.some((type) => Object.hasOwn(sectionsOf(pve, kindName(type)), name)))
    throw new PveError(404, `target '${name}' does not exist`);
  throw new PveError(501, "the sandbox sends no notifications");
}

const FIELDS: Readonly<Record<string, (pve: Pve) => readonly string[]>> = {
  type: () => ["fencing", "package-updates", "replication", "system-mail", "vzdump"],
  hostname: nodeNames,
  "job-id": (pve) => Object.keys(sectionsOf(pve, "backupJobs")),
};

/** The calls. */
export const routes: readonly Route[] = [
  get(PATH, () =>
    ["endpoints", "matcher-field-values", "matcher-fields", "matchers", "targets"].map((name) => ({ name })),
  ),
  get(`${PATH}/endpoints`, () => ENDPOINTS.map((name) => ({ name }))),
  ...ENDPOINTS.flatMap((type) => sectionRoutes(endpoint(type))),
  ...sectionRoutes(kindOf("notification matchers", "matchers", "matcher", [])),
  get(`${PATH}/targets`, targets),
  post(`${PATH}/targets/{name}/test`, test),
  get(`${PATH}/matcher-fields`, () => Object.keys(FIELDS).map((name) => ({ name }))),
  get(`${PATH}/matcher-field-values`, (pve) =>
    Object.entries(FIELDS).flatMap(([field, values]) => values(pve).map((value) => ({ field, value }))),
  ),
];
