/** The rules of network security networkSecurityGroup, which are changed by actions, and who is in a group. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import { isObject } from "../model/attributes.ts";
import { changePart, createPart, partView, removePart } from "../kernel/part.ts";
import { attachedVnics } from "../resources/primary-address.ts";
import { invalid } from "../model/refusals.ts";
import { type NetworkSecurityGroup, networkSecurityGroup } from "../resources/security-group.ts";
import { type GroupRule, networkSecurityGroupRule as rules } from "../resources/security-group-rule.ts";
import { requireObject } from "../model/records.ts";
import { inCompartment, record, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";

function list({ body }: ApiRequest, field: string): readonly Json[] {
  const items = body[field];
  if (Array.isArray(items) && items.length > 0) return items;
  throw invalid(networkSecurityGroup.service, `${field} is required: a list with at least one.`);
}

/** All of them, or none. */
function allOrNone<T>(group: NetworkSecurityGroup, act: () => T): T {
  const before = group.rules.map((rule) => ({ ...rule }));
  try {
    return act();
  } catch (error) {
    group.rules = before;
    throw error;
  }
}

/** @param change what is done with each rule of the body */
function changeRules(request: ApiRequest, change: (rule: Attributes) => GroupRule) {
  const group = record(request, networkSecurityGroup);
  const changed = allOrNone(group, () =>
    list(request, "securityRules").map((rule) => {
      if (!isObject(rule)) throw invalid(networkSecurityGroup.service, "A security rule is an object.");
      return change(rule);
    }),
  );
  return { body: { securityRules: changed.map((rule) => partView(rules, rule, group, request.call)) } };
}

function action(name: string, run: Route["run"]): Route {
  return { method: "POST", path: `${networkSecurityGroup.path}/{id}/actions/${name}`, run };
}

/** A list is of a compartment, of a VLAN, or both. */
function listGroups(request: ApiRequest) {
  const { call } = request;
  const { vlanId, ...query } = Object.fromEntries(request.query);
  const narrowed = { ...request, query: new URLSearchParams(query) };
  if (vlanId === undefined) return listed(narrowed, inCompartment(request, networkSecurityGroup).map(viewed(request)));
  const { nsgIds } = requireObject(call, networkSecurityGroup.service, call.world.state.oci.vlans, vlanId);
  const groups = call.world.state.oci.networkSecurityGroups.filter(
    ({ id, compartmentId }) => nsgIds.includes(id) && [undefined, compartmentId].includes(query.compartmentId),
  );
  return listed(narrowed, groups.map(viewed(request)));
}

function viewed(request: ApiRequest): (group: NetworkSecurityGroup) => Attributes {
  return (group) => viewOf(request, networkSecurityGroup, group);
}

/** Calls on the rules and the members of groups. */
export const securityGroupRoutes: readonly Route[] = [
  { method: "GET", path: networkSecurityGroup.path, run: listGroups },
  action("addSecurityRules", (request) =>
    changeRules(request, (rule) => createPart(rules, request.call, request.params, rule)),
  ),
  action("updateSecurityRules", (request) =>
    changeRules(request, (rule) => {
      if (typeof rule.id !== "string")
        throw invalid(networkSecurityGroup.service, "A rule that is to be changed needs its id.");
      return changePart(rules, request.call, { ...request.params, part: rule.id }, rule);
    }),
  ),
  action("removeSecurityRules", (request) => {
    const group = record(request, networkSecurityGroup);
    for (const part of list(request, "securityRuleIds").map(String))
      if (group.rules.some(({ id }) => id === part)) removePart(rules, request.call, { ...request.params, part });
    return { status: 204 };
  }),
  {
    method: "GET",
    path: `${networkSecurityGroup.path}/{id}/vnics`,
    run(request) {
      const group = record(request, networkSecurityGroup);
      const members = attachedVnics(request.call.world.state.oci).filter(({ vnic }) => vnic.nsgIds.includes(group.id));
      return listed(
        request,
        members.map(({ vnic, timeCreated, ...each }) => ({
          vnicId: vnic.id,
          resourceId: "instanceId" in each ? String(each.instanceId) : each.id,
          timeAssociated: timeCreated,
        })),
      );
    },
  },
];
