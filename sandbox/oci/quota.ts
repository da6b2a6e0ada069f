/** Quotas: what a tenancy forbids itself. The sandbox keeps them; it does not enforce them. */
import type { Attributes } from "../plugin/resource.ts";
import type { Quota } from "../world/oci.ts";
import { maybeTexts, text } from "./attributes.ts";
import { requireHomeRegion, requireRoot } from "./home-region.ts";
import { conflict, invalid } from "./refusals.ts";
import { newObject, stored } from "./stored.ts";

const QUOTA = "Limits Quota";

/** Oracle's quota policy syntax, as far as a statement's frame goes. */
const STATEMENT =
  /^(set|unset|zero)\s+[\w-]+\s+quotas?\s+((\/[\w*-]+\/|'?[\w-]+'?)(\s*,\s*'?[\w-]+'?)*\s+)?(to\s+\d+\s+)?in\s+(tenancy|compartment\s+\S+)(\s+where\s+.+)?$/i;

function requireStatements(planned: Attributes): readonly string[] {
  const statements = maybeTexts(planned, "statements") ?? [];
  if (statements.length === 0) throw invalid(QUOTA, "A quota has at least one statement.", "statements");
  const wrong = statements.find((statement) => {
    const sets = /^set\b/i.test(statement);
    return !STATEMENT.test(statement.trim()) || sets !== /\bto\s+\d+\s/i.test(statement);
  });
  if (wrong !== undefined)
    throw invalid(
      QUOTA,
      `Cannot parse the statement "${wrong}": set <family> quota <name> to <number> in compartment <name> [where …], ` +
        "zero or unset <family> quota [<name>] in …",
      "statements",
    );
  return statements;
}

export const quota = stored<Quota>({
  service: QUOTA,
  all: (tenancy) => tenancy.quotas,
  attributes: (record) => ({
    description: record.description,
    is_lock_override: null,
    name: record.name,
    state: "ACTIVE",
    statements: record.statements,
  }),
  create(call, planned) {
    requireHomeRegion(call, QUOTA);
    requireRoot(call, QUOTA, planned);
    const name = text(planned, "name");
    if (call.world.state.oci.quotas.some((other) => other.name === name))
      throw conflict(QUOTA, `A quota with the name ${name} already exists.`, "name");
    return {
      ...newObject(call, QUOTA, "quota", planned, "global"),
      name,
      description: text(planned, "description"),
      statements: requireStatements(planned),
    };
  },
  update(call, record, planned) {
    requireHomeRegion(call, QUOTA);
    record.statements = requireStatements(planned);
    record.description = text(planned, "description");
  },
  remove: (call) => requireHomeRegion(call, QUOTA),
});
