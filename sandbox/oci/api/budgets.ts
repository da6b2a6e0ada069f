/** Budgets and their alert rules. */
import type { Attributes } from "../../plugin/resource.ts";
import type { AlertRule } from "../../world/oci.ts";
import { alertRule } from "../alert-rule.ts";
import { notFound } from "../refusals.ts";
import { type Budget, budget } from "../resources/budget.ts";
import { checkEtag, declared, record, shown } from "./collection.ts";
import { attributesOf, nestedTags } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Asked, Route } from "./route.ts";

const PATH = budget.path;
const RULE = "oci_budget_alert_rule";

const budgets = declared(budget);

function ruleView(parent: Budget, rule: AlertRule): Attributes {
  return {
    ...rule,
    definedTags: nestedTags(rule.definedTags),
    budgetId: parent.id,
    lifecycleState: "ACTIVE",
  };
}

function ruleOf(asked: Asked): { readonly parent: Budget; readonly rule: AlertRule } {
  const parent = record(asked, budgets);
  const rule = parent.alertRules.find(({ id }) => id === asked.params.rule);
  if (!rule) throw notFound("Budget Alert Rule", asked.params.rule ?? "");
  return { parent, rule };
}

/** The provider's view of a rule, which a change starts from. */
function before({ call }: Asked, parent: Budget, rule: AlertRule): Attributes {
  return alertRule.importState?.(call, `budgets/${parent.id}/alertRules/${rule.id}`) ?? {};
}

export const budgetRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${PATH}/{id}/alertRules`,
    run(asked) {
      const parent = record(asked, budgets);
      return listed(
        asked,
        parent.alertRules.map((rule) => ruleView(parent, rule)),
      );
    },
  },
  {
    method: "POST",
    path: `${PATH}/{id}/alertRules`,
    async run(asked) {
      const parent = record(asked, budgets);
      const { id } = await alertRule.create(asked.call, { ...attributesOf(RULE, asked.body), budget_id: parent.id });
      const made = parent.alertRules.find((rule) => rule.id === id);
      return made ? shown(ruleView(parent, made)) : { status: 500 };
    },
  },
  {
    method: "GET",
    path: `${PATH}/{id}/alertRules/{rule}`,
    run(asked) {
      const { parent, rule } = ruleOf(asked);
      return shown(ruleView(parent, rule));
    },
  },
  {
    method: "PUT",
    path: `${PATH}/{id}/alertRules/{rule}`,
    async run(asked) {
      const { parent, rule } = ruleOf(asked);
      checkEtag(asked, ruleView(parent, rule));
      const state = before(asked, parent, rule);
      await alertRule.update?.(asked.call, state, attributesOf(RULE, asked.body, state));
      return shown(ruleView(parent, rule));
    },
  },
  {
    method: "DELETE",
    path: `${PATH}/{id}/alertRules/{rule}`,
    async run(asked) {
      const { parent, rule } = ruleOf(asked);
      checkEtag(asked, ruleView(parent, rule));
      await alertRule.delete(asked.call, { id: rule.id, budget_id: parent.id });
      return { status: 204 };
    },
  },
];
