/** A new tenancy. */
import type { Account, OciTenancy } from "../world/oci.ts";
import { globalId } from "./model/regions.ts";
import { RESOURCES } from "./resources/index.ts";

/** What the world keeps of what is declared. */
type Records = {
  -readonly [Name in keyof typeof RESOURCES]: ReturnType<(typeof RESOURCES)[Name]["all"]>;
};

function hasLists(lists: Readonly<Record<string, unknown>>): lists is Records {
  return Object.keys(RESOURCES).every((name) => Array.isArray(lists[name]));
}

/** A list for every resource that is declared. */
function emptyLists(): Records {
  const lists = Object.fromEntries(Object.keys(RESOURCES).map((name) => [name, []]));
  if (!hasLists(lists)) throw new Error("a list is missing");
  return lists;
}

/** A tenancy with nothing in it. */
export function emptyOci(account: Account, random: (length: number) => string): OciTenancy {
  return {
    tenancyId: globalId("tenancy", random),
    homeRegion: null,
    adPrefix: "Uocm",
    account,
    namespace: `fr${random(10)}`,
    deletedCompartments: [],
    buckets: [],
    apiKey: null,
    ...emptyLists(),
  };
}
