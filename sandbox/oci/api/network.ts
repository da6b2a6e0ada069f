/** What of a virtual network has calls of its own: a VCN's networks, and what no account may have. */
import { change } from "../kernel/operations.ts";
import type { Attributes } from "../../plugin/resource.ts";
import { invalid, limitExceeded } from "../model/refusals.ts";
import { vcn } from "../resources/vcn.ts";
import { record, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";

/** Networks of a VCN are changed by actions; core's work requests would be looked for at Oracle, so there is none. */
function changeCidrs(request: ApiRequest, to: (cidrs: readonly string[]) => readonly string[]): Attributes {
  const found = record(request, vcn);
  change(vcn, request.call, found, { cidrBlocks: to(found.cidrBlocks) });
  return viewOf(request, vcn, found);
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
    run: (request) => shown(changeCidrs(request, (cidrs) => [...cidrs, cidrOf(request, "cidrBlock")])),
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/removeCidr`,
    run: (request) => {
      const gone = cidrOf(request, "cidrBlock");
      return shown(changeCidrs(request, (cidrs) => cidrs.filter((cidr) => cidr !== gone)));
    },
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/modifyCidr`,
    run: (request) => {
      const [old, fresh] = [cidrOf(request, "originalCidrBlock"), cidrOf(request, "newCidrBlock")];
      return shown(changeCidrs(request, (cidrs) => cidrs.map((cidr) => (cidr === old ? fresh : cidr))));
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
