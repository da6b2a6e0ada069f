/** What of a virtual network has calls of its own: a VCN's networks, and what no account may have. */
import type { Attributes } from "../../plugin/resource.ts";
import { invalid, limitExceeded } from "../model/refusals.ts";
import { vcn } from "../resources/vcn.ts";
import { declared, record, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";

const vcns = declared(vcn);

/** Networks of a VCN are changed by actions; core's work requests would be looked for at Oracle, so there is none. */
async function changeCidrs(
  request: ApiRequest,
  to: (cidrs: readonly string[]) => readonly string[],
): Promise<Attributes> {
  const found = record(request, vcns);
  await vcns.change(request, found, { cidrBlocks: to(found.cidrBlocks) });
  return viewOf(request, vcns, found);
}

function cidrOf({ body }: ApiRequest, field: string): string {
  const cidr = body[field];
  if (typeof cidr === "string") return cidr;
  throw invalid("Core Vcn", `${field} is required.`);
}

/** Calls on a VCN's networks; and gateways, of which an account may have none. */
export const networkRoutes: readonly Route[] = [
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/addCidr`,
    run: async (request) => shown(await changeCidrs(request, (cidrs) => [...cidrs, cidrOf(request, "cidrBlock")])),
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/removeCidr`,
    run: async (request) => {
      const gone = cidrOf(request, "cidrBlock");
      return shown(await changeCidrs(request, (cidrs) => cidrs.filter((cidr) => cidr !== gone)));
    },
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/modifyCidr`,
    run: async (request) => {
      const [old, fresh] = [cidrOf(request, "originalCidrBlock"), cidrOf(request, "newCidrBlock")];
      return shown(await changeCidrs(request, (cidrs) => cidrs.map((cidr) => (cidr === old ? fresh : cidr))));
    },
  },
  ...["natGateways", "localPeeringGateways"].flatMap((gateways): Route[] => [
    { method: "GET", path: `${BASE}/${gateways}`, run: (request) => listed(request, []) },
    {
      method: "POST",
      path: `${BASE}/${gateways}`,
      run: () => {
        throw limitExceeded("Core Gateway", [`${gateways} (limit 0, used 0, asked 1 more)`]);
      },
    },
  ]),
];
