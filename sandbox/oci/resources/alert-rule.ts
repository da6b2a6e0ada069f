/** Alert rules of budgets. */
import { z } from "zod";
import { flatTags, nestedTags } from "../model/fields.ts";
import { isObject } from "../model/attributes.ts";
import type { Part } from "../kernel/part.ts";
import { generatedName, maybeText, tags, text } from "../kernel/resource.ts";
import { invalid } from "../model/refusals.ts";
import { globalId } from "../model/regions.ts";
import { budget, type BudgetBody } from "./budget.ts";

const SERVICE = "Budget Alert Rule";

const body = z.object({
  id: text,
  displayName: generatedName,
  description: maybeText,
  type: text,
  threshold: z.number(),
  thresholdType: text,
  message: maybeText,
  recipients: maybeText,
  freeformTags: tags,
  definedTags: tags,
  timeCreated: text,
  timeUpdated: text,
  version: z.number(),
});

/** An alert rule, as its budget keeps it. */
export type AlertRule = z.output<typeof body>;

/** Each change counts its version up. */
export const alertRule: Part<BudgetBody, AlertRule> = {
  type: "oci_budget_alert_rule",
  service: SERVICE,
  idType: "alertrule",
  parent: budget,
  path: "alertRules",
  place: { id: "budget_id" },
  key: "id",
  state: "ACTIVE",
  body,
  readOnly: ["id", "timeCreated", "timeUpdated", "version"],
  all: ({ alertRules }) => alertRules,
  prepare: ({ definedTags = null, ...said }, { call, before }) => ({
    id: globalId("alertrule", call.world.random),
    timeCreated: call.world.now(),
    ...before,
    ...said,
    ...(isObject(definedTags) && { definedTags: flatTags("definedTags", definedTags) }),
    timeUpdated: call.world.now(),
    version: (before?.version ?? 0) + 1,
  }),
  check({ type, threshold, thresholdType }) {
    if (!["ACTUAL", "FORECAST"].includes(type))
      throw invalid(SERVICE, `type ${type} is not valid: ACTUAL or FORECAST.`, "type");
    if (!["PERCENTAGE", "ABSOLUTE"].includes(thresholdType))
      throw invalid(SERVICE, `thresholdType ${thresholdType} is not valid: PERCENTAGE or ABSOLUTE.`, "threshold_type");
    if (threshold <= 0 || (thresholdType === "PERCENTAGE" && threshold > 10_000))
      throw invalid(SERVICE, `threshold ${threshold} is not valid: above 0, and at most 10000 percent.`, "threshold");
  },
  computed: ({ definedTags }, { id }) => ({ budgetId: id, definedTags: nestedTags(definedTags) }),
};
