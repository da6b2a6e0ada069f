/** Quotas: what a tenancy forbids itself. The sandbox keeps them; it does not enforce them. */
import { z } from "zod";
import { maybeText, type Resource, text, texts, type Stored } from "../kernel/resource.ts";
import { isObject } from "../model/attributes.ts";
import { conflict, invalid } from "../model/refusals.ts";

const SERVICE = "Limits Quota";

/** Oracle's quota policy syntax, as far as a statement's frame goes. */
const STATEMENT =
  /^(set|unset|zero)\s+[\w-]+\s+quotas?\s+((\/[\w*-]+\/|'?[\w-]+'?)(\s*,\s*'?[\w-]+'?)*\s+)?(to\s+\d+\s+)?in\s+(tenancy|compartment\s+\S+)(\s+where\s+.+)?$/i;

/** Kept and shown: nobody is asked to override it. */
const lock = z.object({
  type: z.enum(["FULL", "DELETE"]),
  message: maybeText,
  relatedResourceId: maybeText,
  timeCreated: maybeText,
});

const body = z.object({
  name: text,
  description: text,
  statements: texts.default([]),
  locks: z.array(lock).default([]),
});

function isStatement(statement: string): boolean {
  return STATEMENT.test(statement.trim()) && /^set\b/i.test(statement) === /\bto\s+\d+\s/i.test(statement);
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    quotas: Stored<z.output<typeof body>>[];
  }
}

/** Its statements are kept: they limit nobody. */
export const quota: Resource<z.output<typeof body>> = {
  type: "oci_limits_quota",
  service: SERVICE,
  path: "/20181025/quotas",
  idType: "quota",
  home: "root",
  state: "ACTIVE",
  body,
  without: ["move"],
  fixed: ["name"],
  all: (tenancy) => tenancy.quotas,
  prepare: ({ locks = null, ...said }, { call }) => ({
    ...said,
    ...(Array.isArray(locks) && {
      locks: locks.filter(isObject).map((each) => ({ timeCreated: call.world.now(), ...each })),
    }),
  }),
  check({ name, statements }, { call, before }) {
    if (call.world.state.oci.quotas.some((other) => other.name === name && other.id !== before?.id))
      throw conflict(SERVICE, `A quota with the name ${name} already exists.`, "name");
    if (statements.length === 0) throw invalid(SERVICE, "A quota has at least one statement.", "statements");
    const wrong = statements.find((statement) => !isStatement(statement));
    if (wrong !== undefined)
      throw invalid(
        SERVICE,
        `Cannot parse the statement "${wrong}": set <family> quota <name> to <number> in compartment <name> [where …], ` +
          "zero or unset <family> quota [<name>] in …",
        "statements",
      );
  },
};
