/** Resource types that are one object of the API: each is read, found and deleted at one path. */
import type { Attributes, ResourceType } from "../../plugin/resource.ts";
import { callApi } from "../api/operation.ts";
import type { Pve } from "../model/context.ts";
import { atPve, shown } from "./session.ts";
import { required } from "./values.ts";

/** What the provider was about to do. */
export type Verb = "create" | "read" | "update" | "delete" | "import";

interface ApiObject {
  /** What could not be done, in the provider's words. */
  summary(verb: Verb): string;
  /** Where the API has the object. */
  path(id: string, state: Attributes): string;
  /** What the provider reads of it; null where it is not there. */
  attributes(pve: Pve, id: string, state: Attributes): Attributes | null;
  /** @returns what is known of it then */
  create(pve: Pve, planned: Attributes): Attributes;
  /** @returns what is known of it then */
  update(pve: Pve, id: string, planned: Attributes, prior: Attributes): Attributes;
  /** Parameters of the call that deletes it. */
  readonly deletion?: Parameters<typeof callApi>[3];
  /** What of a state follows from an import id: at least `id`; null for none of that form. @default - the id itself */
  imported?(id: string): Attributes | null;
}

/** The handlers of such a type. */
export function apiObject(
  object: ApiObject,
): Required<Pick<ResourceType, "create" | "read" | "update" | "delete" | "importState">> {
  const read = (pve: Pve, state: Attributes): Attributes | null => {
    const id = required(state, "id");
    return shown(pve, object.path(id, state), object.attributes(pve, id, state));
  };
  return {
    create: (call, planned) => atPve(call, object.summary("create"), (pve) => object.create(pve, planned)),
    read: (call, state) => atPve(call, object.summary("read"), (pve) => read(pve, state)),
    update: (call, prior, planned) =>
      atPve(call, object.summary("update"), (pve) => object.update(pve, required(prior, "id"), planned, prior)),
    delete: (call, state) =>
      atPve(call, object.summary("delete"), (pve) => {
        const id = required(state, "id");
        if (object.attributes(pve, id, state)) callApi(pve, "DELETE", object.path(id, state), object.deletion);
      }),
    importState: (call, id) =>
      atPve(call, object.summary("import"), (pve) => {
        const state = object.imported ? object.imported(id) : { id };
        return state && read(pve, state);
      }),
  };
}

/** Summaries of the provider's older resources: `Unable to create pool`. */
export const unableTo =
  (what: string) =>
  (verb: Verb): string =>
    `Unable to ${verb} ${what}`;

/** Summaries of others: `Error creating user token`. */
export const errorIn =
  (what: string) =>
  (verb: Verb): string =>
    `Error ${(verb === "import" ? "read" : verb).replace(/e?$/, "ing")} ${what}`;
