/** Budgets and their alert rules. */
import type { Attributes } from "../../plugin/resource.ts";
import type { AlertRule, Budget } from "../../world/oci.ts";
import { alertRule, budget } from "../budget.ts";
import { notFound } from "../refusals.ts";
import { checkEtag, byRules, collection, record, shown } from "./collection.ts";
import { attributesOf, nestedTags } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Asked, Route } from "./route.ts";

const PATH = "/20190111/budgets";
const RULE = "oci_budget_alert_rule";

const budgets = byRules<Budget>({
  path: PATH,
  service: "Budget Budget",
  resource: "oci_budget_budget",
  type: budget,
  all: (tenancy) => tenancy.budgets,
  view: (each) => ({
    displayName: each.displayName,
    description: each.description,
    amount: each.amount,
    resetPeriod: each.resetPeriod,
    processingPeriodType: each.processingPeriodType,
    budgetProcessingPeriodStartOffset: 1,
    targetType: each.targetType,
    targets: each.targets,
    targetCompartmentId: each.targetType === "COMPARTMENT" ? (each.targets[0] ?? null) : null,
    alertRuleCount: each.alertRules.length,
    actualSpend: 0,
    forecastedSpend: 0,
    lifecycleState: "ACTIVE",
    systemTags: {},
    timeSpendComputed: each.timeCreated,
    timeUpdated: each.timeUpdated,
    version: each.version,
  }),
});

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
  ...collection(budgets),
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
