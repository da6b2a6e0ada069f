/** What of a virtual network has calls of its own: a VCN's networks, and what no account may have. */
import type { Attributes } from "../../plugin/resource.ts";
import { invalid, limitExceeded } from "../model/refusals.ts";
import { vcn } from "../resources/vcn.ts";
import { declared, record, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Asked, Route } from "../http/route.ts";

const BASE = "/20160918";

const vcns = declared(vcn);

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

/** Calls on a VCN's networks; and gateways, of which an account may have none. */
export const networkRoutes: readonly Route[] = [
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
