/** Budgets. They warn; they stop nothing. */
import { z } from "zod";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { generatedName, kept, maybeText, type Resource, type Stored, text, texts } from "../kernel/resource.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { requireCompartment } from "../model/records.ts";
import type { AlertRule } from "./alert-rule.ts";

const SERVICE = "Budget Budget";

const body = z.object({
  displayName: generatedName,
  description: maybeText,
  amount: z.number(),
  resetPeriod: text,
  processingPeriodType: text.default("MONTH"),
  budgetProcessingPeriodStartOffset: z.number().default(1),
  startDate: kept,
  endDate: kept,
  targetType: text.default("COMPARTMENT"),
  targets: texts.default([]),
  timeUpdated: text,
  version: z.number(),
  alertRules: z.array(z.custom<AlertRule>()).default([]),
});

/** What a budget has of its own. */
export type BudgetBody = z.output<typeof body>;

/** A budget begins and ends with a day (oracle/terraform-provider-oci, budget_budget_test.go). */
function wholeDays({ startDate = null, endDate = null }: Attributes): Attributes {
  const day = (time: Json): string => new Date(String(time)).toISOString().slice(0, 10);
  const isTime = (time: Json): boolean => typeof time === "string" && !Number.isNaN(Date.parse(time));
  return {
    ...(isTime(startDate) && { startDate: `${day(startDate)}T00:00:00.000Z` }),
    ...(isTime(endDate) && { endDate: `${day(endDate)}T23:59:59.999Z` }),
  };
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    budgets: Stored<BudgetBody>[];
  }
}

/** Made in the root compartment; its alert rules are parts of it. */
export const budget: Resource<BudgetBody> = {
  type: "oci_budget_budget",
  service: SERVICE,
  path: "/20190111/budgets",
  idType: "budget",
  home: "root",
  state: "ACTIVE",
  body,
  without: ["move"],
  fixed: ["targetType", "targets"],
  readOnly: ["timeUpdated", "version", "alertRules"],
  hidden: ["alertRules"],
  all: (tenancy) => tenancy.budgets,
  prepare: ({ targetCompartmentId = null, ...said }, { call, before }) => ({
    ...(before === null && targetCompartmentId !== null && { targets: [targetCompartmentId] }),
    ...said,
    ...wholeDays(said),
    timeUpdated: call.world.now(),
    version: (before?.version ?? 0) + 1,
  }),
  check({ amount, displayName, targets, targetType }, { call, before }) {
    if (call.world.state.oci.budgets.some((other) => other.displayName === displayName && other.id !== before?.id))
      throw conflict(SERVICE, `A budget with the name ${displayName} already exists.`, "display_name");
    if (!Number.isInteger(amount) || amount < 1)
      throw invalid(SERVICE, `amount ${amount} must be a whole number from 1.`, "amount");
    if (targets.length > 1) throw invalid(SERVICE, `A budget has one target, not ${targets.length}.`, "targets");
    if (targetType !== "COMPARTMENT" && targetType !== "TAG")
      throw invalid(SERVICE, `targetType ${targetType} is not valid: COMPARTMENT or TAG.`, "target_type");
    for (const target of before || targetType === "TAG" ? [] : targets) requireCompartment(call, SERVICE, target);
  },
  computed: ({ targets, targetType, timeCreated, alertRules }) => ({
    targetCompartmentId: targetType === "COMPARTMENT" ? (targets[0] ?? null) : null,
    alertRuleCount: alertRules.length,
    actualSpend: 0,
    forecastedSpend: 0,
    systemTags: {},
    timeSpendComputed: timeCreated,
  }),
};
