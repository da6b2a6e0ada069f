/** Policies: kept and read back. What they grant to people is not enforced; what services need, they are asked for. */
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

/** The compartment at the end of a way down from the policy's own, which may be named itself; null: there is none. */
function endOf(call: Call, path: string, from: string): string | null {
  const { compartments } = call.world.state.oci;
  const same = (a: string, b = ""): boolean => a.toLowerCase() === b.toLowerCase();
  const [first, ...rest] = path.split(":");
  const own = compartments.some(({ id, name }) => id === from && same(name, first));
  const step = (at: string | null, word?: string): string | null =>
    compartments.find(({ compartmentId, name }) => compartmentId === at && same(name, word))?.id ?? null;
  return rest.reduce(step, own ? from : step(from, first));
}

/** The compartment that a statement is about; null where it is none of the policy's subtree. */
function compartmentOf(call: Call, location: Location, from: string): string | null {
  const { tenancyId } = call.world.state.oci;
  if (location.kind === "tenancy") return from === tenancyId ? tenancyId : null;
  if (location.kind === "path") return endOf(call, location.path, from);
  return isWithin(call, location.id, from) ? location.id : null;
}

/** Whether a policy lets a service manage what is in a compartment, such as the objects of its buckets. */
export function serviceMayManage(call: Call, service: string, resources: readonly string[], within: string): boolean {
  return call.world.state.oci.policies.some((each) =>
    each.statements.some((text) => {
      const { subject, names, grants, location } = readStatement(text);
      if (subject !== "service" || !names.includes(service)) return false;
      if (grants && !(grants.verb === "manage" && [...resources, "all-resources"].includes(grants.resource)))
        return false;
      const about = compartmentOf(call, location, each.compartmentId);
      return about !== null && isWithin(call, within, about);
    }),
  );
}

function nameOf(location: Location): string {
  if (location.kind === "tenancy") return "tenancy";
  return location.kind === "id" ? location.id : location.path;
}

function requireStatements(call: Call, planned: Attributes, compartmentId: string): readonly string[] {
  const statements = maybeTexts(planned, "statements") ?? [];
  if (statements.length === 0) throw invalid(POLICY, "A policy has at least one statement.", "statements");
  for (const statement of statements) {
    const { location } = readStatement(statement);
    // In the service's words (oci-landing-zones/oracle-enterprise-landingzone#100).
    if (compartmentOf(call, location, compartmentId) === null)
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
