/** Alert rules of budgets. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { AlertRule } from "../world/oci.ts";
import type { Budget } from "./resources/budget.ts";
import { maybeTags, maybeText, number, text } from "./attributes.ts";
import { requireHomeRegion } from "./home-region.ts";
import { invalid, notFound } from "./refusals.ts";
import { globalId } from "./regions.ts";
import { defaultName, find, providerTime, requireObject } from "./stored.ts";

const ALERT = "Budget Alert Rule";

/** What an alert rule says; refuses what budgets do not understand. */
function alertFields(planned: Attributes) {
  const [type, thresholdType] = [text(planned, "type"), text(planned, "threshold_type")];
  const threshold = number(planned, "threshold");
  if (!["ACTUAL", "FORECAST"].includes(type))
    throw invalid(ALERT, `type ${type} is not valid: ACTUAL or FORECAST.`, "type");
  if (!["PERCENTAGE", "ABSOLUTE"].includes(thresholdType))
    throw invalid(ALERT, `thresholdType ${thresholdType} is not valid: PERCENTAGE or ABSOLUTE.`, "threshold_type");
  if (threshold <= 0 || (thresholdType === "PERCENTAGE" && threshold > 10_000))
    throw invalid(ALERT, `threshold ${threshold} is not valid: above 0, and at most 10000 percent.`, "threshold");
  return {
    type,
    thresholdType,
    threshold,
    description: maybeText(planned, "description"),
    message: maybeText(planned, "message"),
    recipients: maybeText(planned, "recipients"),
  };
}

function alertAttributes(rule: AlertRule, parent: Budget): Attributes {
  return {
    id: rule.id,
    budget_id: parent.id,
    defined_tags: rule.definedTags,
    description: rule.description,
    display_name: rule.displayName,
    freeform_tags: rule.freeformTags,
    message: rule.message,
    recipients: rule.recipients,
    state: "ACTIVE",
    threshold: rule.threshold,
    threshold_type: rule.thresholdType,
    time_created: providerTime(rule.timeCreated),
    time_updated: providerTime(rule.timeUpdated),
    type: rule.type,
    version: rule.version,
  };
}

function readAlert(call: Call, budgetId: string, id: string): Attributes | null {
  const parent = find(call, call.world.state.oci.budgets, budgetId);
  const rule = parent?.alertRules.find((candidate) => candidate.id === id);
  return parent && rule ? alertAttributes(rule, parent) : null;
}

export const alertRule: ResourceType = {
  create(call, planned) {
    requireHomeRegion(call, ALERT);
    const parent = requireObject(call, ALERT, call.world.state.oci.budgets, text(planned, "budget_id"), "budget_id");
    const timeCreated = call.world.now();
    const rule: AlertRule = {
      ...alertFields(planned),
      id: globalId("alertrule", call.world.random),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "alertrule"),
      freeformTags: maybeTags(planned, "freeform_tags") ?? {},
      definedTags: maybeTags(planned, "defined_tags") ?? {},
      timeCreated,
      timeUpdated: timeCreated,
      version: 1,
    };
    parent.alertRules.push(rule);
    call.world.changed();
    return alertAttributes(rule, parent);
  },
  read: (call, state) => readAlert(call, text(state, "budget_id"), text(state, "id")),
  update(call, prior, planned) {
    requireHomeRegion(call, ALERT);
    const parent = requireObject(call, ALERT, call.world.state.oci.budgets, text(prior, "budget_id"), "budget_id");
    const rule = parent.alertRules.find(({ id }) => id === text(prior, "id"));
    if (!rule) throw notFound(ALERT, text(prior, "id"));
    Object.assign(rule, alertFields(planned), {
      displayName: maybeText(planned, "display_name") ?? rule.displayName,
      freeformTags: maybeTags(planned, "freeform_tags") ?? rule.freeformTags,
      definedTags: maybeTags(planned, "defined_tags") ?? rule.definedTags,
      timeUpdated: call.world.now(),
      version: rule.version + 1,
    });
    call.world.changed();
    return alertAttributes(rule, parent);
  },
  delete(call, state) {
    requireHomeRegion(call, ALERT);
    const parent = find(call, call.world.state.oci.budgets, text(state, "budget_id"));
    if (parent === null) return;
    parent.alertRules = parent.alertRules.filter(({ id }) => id !== text(state, "id"));
    call.world.changed();
  },
  importState(call, id) {
    const [, budgetId, ruleId] = /^budgets\/([^/]+)\/alertRules\/([^/]+)$/.exec(id) ?? [];
    return budgetId === undefined || ruleId === undefined ? null : readAlert(call, budgetId, ruleId);
  },
};
