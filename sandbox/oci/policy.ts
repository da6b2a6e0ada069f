/** Policies: kept and read back; what they grant is not enforced. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { Policy } from "../world/oci-iam.ts";
import { maybeText, maybeTexts, text } from "./attributes.ts";
import { requireHomeRegion } from "./home-region.ts";
import { described } from "./identity-domain.ts";
import { type Location, readStatement } from "./policy-statement.ts";
import { invalid, ServiceRefusal } from "./refusals.ts";
import { newObject, stored } from "./stored.ts";

const POLICY = "Identity Policy";

/** Whether a compartment is another one or in it, at any depth. */
function isWithin(call: Call, id: string, outer: string): boolean {
  if (id === outer) return true;
  const { compartments } = call.world.state.oci;
  const parent = compartments.find((each) => each.id === id)?.compartmentId;
  return parent !== undefined && isWithin(call, parent, outer);
}

/** A way down from the policy's own compartment, which may be named itself. */
function leadsSomewhere(call: Call, path: string, from: string): boolean {
  const { compartments } = call.world.state.oci;
  const same = (a: string, b = ""): boolean => a.toLowerCase() === b.toLowerCase();
  const [first, ...rest] = path.split(":");
  const start = compartments.find(({ id, name }) => id === from && same(name, first)) ?? null;
  const [way, begin] = start ? [rest, start.id] : [[first, ...rest], from];
  const end = way.reduce<string | undefined>(
    (at, step) => compartments.find(({ compartmentId, name }) => compartmentId === at && same(name, step))?.id,
    begin,
  );
  return end !== undefined;
}

function isInSubtree(call: Call, location: Location, from: string): boolean {
  const { tenancyId } = call.world.state.oci;
  if (location.kind === "tenancy") return from === tenancyId;
  return location.kind === "id" ? isWithin(call, location.id, from) : leadsSomewhere(call, location.path, from);
}

function nameOf(location: Location): string {
  if (location.kind === "tenancy") return "tenancy";
  return location.kind === "id" ? location.id : location.path;
}

function requireStatements(call: Call, planned: Attributes, compartmentId: string): readonly string[] {
  const statements = maybeTexts(planned, "statements") ?? [];
  if (statements.length === 0) throw invalid(POLICY, "A policy has at least one statement.", "statements");
  for (const statement of statements) {
    const location = readStatement(statement);
    // In the service's words (oci-landing-zones/oracle-enterprise-landingzone#100).
    if (!isInSubtree(call, location, compartmentId))
      throw invalid(
        POLICY,
        `Compartment {${nameOf(location)}} does not exist or is not part of the policy compartment subtree`,
        "statements",
      );
  }
  return statements;
}

function versionDate(planned: Attributes): string | null {
  const date = maybeText(planned, "version_date");
  if (date === null || /^\d{4}-\d{2}-\d{2}$/.test(date)) return date;
  throw invalid(POLICY, `versionDate ${date} is not valid: a date such as 2026-11-29.`, "version_date");
}

/** In the service's words (oracle-quickstart/oci-cloudnative#23). */
function policyExists(name: string): ServiceRefusal {
  const reason = `Policy '${name}' already exists`;
  return new ServiceRefusal(409, "PolicyAlreadyExists", reason, `Service: ${POLICY}.`, "name");
}

export const policy = stored<Policy>({
  service: POLICY,
  all: (tenancy) => tenancy.policies,
  attributes: (each) => ({
    description: each.description,
    inactive_state: null,
    name: each.name,
    state: "ACTIVE",
    statements: each.statements,
    version_date: each.versionDate,
  }),
  create(call, planned) {
    requireHomeRegion(call, POLICY);
    const name = text(planned, "name");
    const common = newObject(call, POLICY, "policy", planned, "global");
    if (call.world.state.oci.policies.some((other) => other.name === name)) throw policyExists(name);
    return {
      ...common,
      name,
      description: described(planned),
      statements: requireStatements(call, planned, common.compartmentId),
      versionDate: versionDate(planned),
    };
  },
  update(call, record, planned) {
    requireHomeRegion(call, POLICY);
    const [statements, date] = [requireStatements(call, planned, record.compartmentId), versionDate(planned)];
    record.statements = statements;
    record.versionDate = date;
    record.description = described(planned);
  },
  remove: (call) => requireHomeRegion(call, POLICY),
});
