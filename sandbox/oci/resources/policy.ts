/** Policies: kept and read back. What they grant to people is not enforced; what services need, they are asked for. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import { OF_IDENTITY, maybeText, type Resource, text, texts, type Stored } from "../kernel/resource.ts";
import { type Location, readStatement } from "../model/policy-statement.ts";
import { invalid, ServiceRefusal } from "../model/refusals.ts";

const SERVICE = "Identity Policy";

const body = z.object({
  name: text,
  description: z.string(),
  statements: texts.default([]),
  versionDate: maybeText,
});

/** Whether a compartment is another one or in it, at any depth. */
function isWithin(call: ProviderContext, id: string, outer: string): boolean {
  if (id === outer) return true;
  const { compartments } = call.world.state.oci;
  const parent = compartments.find((each) => each.id === id)?.compartmentId;
  return parent !== undefined && isWithin(call, parent, outer);
}

/** The compartment at the end of a way down from the policy's own, which may be named itself; null: there is none. */
function endOf(call: ProviderContext, path: string, from: string): string | null {
  const { compartments } = call.world.state.oci;
  const same = (a: string, b = ""): boolean => a.toLowerCase() === b.toLowerCase();
  const [first, ...rest] = path.split(":");
  const own = compartments.some(({ id, name }) => id === from && same(name, first));
  const step = (at: string | null, word?: string): string | null =>
    compartments.find(({ compartmentId, name }) => compartmentId === at && same(name, word))?.id ?? null;
  return rest.reduce(step, own ? from : step(from, first));
}

/** The compartment that a statement is about; null where it is none of the policy's subtree. */
function compartmentOf(call: ProviderContext, location: Location, from: string): string | null {
  const { tenancyId } = call.world.state.oci;
  if (location.kind === "tenancy") return from === tenancyId ? tenancyId : null;
  if (location.kind === "path") return endOf(call, location.path, from);
  return isWithin(call, location.id, from) ? location.id : null;
}

/** Whether a policy lets a service manage what is in a compartment, such as the objects of its buckets. */
export function serviceMayManage(
  call: ProviderContext,
  service: string,
  resources: readonly string[],
  within: string,
): boolean {
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

declare module "../../world/oci.ts" {
  interface OciTenancy {
    policies: Stored<z.output<typeof body>>[];
  }
}

/** Its statements are read as identity reads them; nobody is let in or kept out by them. */
export const policy: Resource<z.output<typeof body>> = {
  type: "oci_identity_policy",
  service: SERVICE,
  path: "/20160918/policies",
  idType: "policy",
  home: true,
  ...OF_IDENTITY,
  body,
  fixed: ["name"],
  without: ["move"],
  all: (tenancy) => tenancy.policies,
  check({ name, statements, versionDate, compartmentId }, { call, before }) {
    // In the service's words (oracle-quickstart/oci-cloudnative#23).
    if (call.world.state.oci.policies.some((other) => other.name === name && other.id !== before?.id))
      throw new ServiceRefusal(409, "PolicyAlreadyExists", `Policy '${name}' already exists`, "", "name");
    if (statements.length === 0) throw invalid(SERVICE, "A policy has at least one statement.", "statements");
    for (const statement of statements) {
      const { location } = readStatement(statement);
      // In the service's words (oci-landing-zones/oracle-enterprise-landingzone#100).
      if (compartmentOf(call, location, compartmentId) === null)
        throw invalid(
          SERVICE,
          `Compartment {${nameOf(location)}} does not exist or is not part of the policy compartment subtree`,
          "statements",
        );
    }
    if (versionDate !== null && !/^\d{4}-\d{2}-\d{2}$/.test(versionDate))
      throw invalid(SERVICE, `versionDate ${versionDate} is not valid: a date such as 2026-11-29.`, "version_date");
  },
  computed: () => ({ inactiveStatus: null }),
};
