/** What of a virtual network has calls of its own: a VCN's networks, security lists, and what no account may have. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { SecurityList } from "../../world/oci.ts";
import { invalid, limitExceeded } from "../refusals.ts";
import { vcn } from "../resources/vcn.ts";
import { securityList } from "../security-list.ts";
import { byRules, collection, declared, record, shown, viewOf } from "./collection.ts";
import { isObject } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Asked, Route } from "./route.ts";
import { ruleFields } from "./security-groups.ts";

const BASE = "/20160918";

const vcns = declared(vcn);

/** In the provider's rules of a list, the destination ports stand in the options themselves. */
function providerRules(rules: Json | undefined): Json {
  if (!Array.isArray(rules)) return rules ?? null;
  const options = (value: Json | undefined): Json => {
    if (!isObject(value)) return value ?? null;
    const { destinationPortRange, ...rest } = value;
    return { ...rest, ...(isObject(destinationPortRange) ? destinationPortRange : {}) };
  };
  return rules.map((rule: Json) => {
    if (!isObject(rule)) return rule;
    const [tcpOptions, udpOptions] = [options(rule.tcpOptions), options(rule.udpOptions)];
    return { ...rule, ...(tcpOptions && { tcpOptions }), ...(udpOptions && { udpOptions }) };
  });
}

const securityLists = byRules<SecurityList>({
  path: `${BASE}/securityLists`,
  service: "Core Security List",
  resource: "oci_core_default_security_list",
  atCreate: ({ vcnId }) => ({ vcn_id: vcnId ?? null }),
  type: securityList,
  states: { creating: "PROVISIONING", deleting: "TERMINATING", deleted: null },
  all: (tenancy) => tenancy.securityLists,
  view: (each) => ({
    lifecycleState: "AVAILABLE",
    displayName: each.displayName,
    vcnId: each.vcnId,
    ingressSecurityRules: each.rules.filter(({ direction }) => direction === "INGRESS").map(ruleFields),
    egressSecurityRules: each.rules.filter(({ direction }) => direction === "EGRESS").map(ruleFields),
  }),
  prepare: (body) => ({
    ...body,
    ...("ingressSecurityRules" in body && { ingressSecurityRules: providerRules(body.ingressSecurityRules) }),
    ...("egressSecurityRules" in body && { egressSecurityRules: providerRules(body.egressSecurityRules) }),
  }),
});

/** Networks of a VCN are changed by actions; core's work requests would be looked for at Oracle, so there is none. */
async function changeCidrs(asked: Asked, to: (cidrs: readonly string[]) => readonly string[]): Promise<Attributes> {
  const found = record(asked, vcns);
  await vcns.change(asked, found, { cidrBlocks: to(found.cidrBlocks) });
  return viewOf(asked, vcns, found);
}

function cidrOf({ body }: Asked, field: string): string {
  const cidr = body[field];
  if (typeof cidr === "string") return cidr;
  throw invalid("Core Vcn", `${field} is required.`);
}

export const networkRoutes: readonly Route[] = [
  ...collection(securityLists),
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/addCidr`,
    run: async (asked) => shown(await changeCidrs(asked, (cidrs) => [...cidrs, cidrOf(asked, "cidrBlock")])),
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/removeCidr`,
    run: async (asked) => {
      const gone = cidrOf(asked, "cidrBlock");
      return shown(await changeCidrs(asked, (cidrs) => cidrs.filter((cidr) => cidr !== gone)));
    },
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/modifyCidr`,
    run: async (asked) => {
      const [old, fresh] = [cidrOf(asked, "originalCidrBlock"), cidrOf(asked, "newCidrBlock")];
      return shown(await changeCidrs(asked, (cidrs) => cidrs.map((cidr) => (cidr === old ? fresh : cidr))));
    },
  },
  ...["natGateways", "localPeeringGateways"].flatMap((gateways): Route[] => [
    { method: "GET", path: `${BASE}/${gateways}`, run: (asked) => listed(asked, []) },
    {
      method: "POST",
      path: `${BASE}/${gateways}`,
      run: () => {
        throw limitExceeded("Core Gateway", [`${gateways} (limit 0, used 0, asked 1 more)`]);
      },
    },
  ]),
];
