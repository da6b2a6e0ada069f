/** Budgets and their alert rules. They warn; they stop nothing. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { AlertRule, Budget } from "../world/oci.ts";
import { maybeTags, maybeText, maybeTexts, number, text } from "./attributes.ts";
import { requireHomeRegion, requireRoot } from "./home-region.ts";
import { conflict, invalid, notFound } from "./refusals.ts";
import { globalId } from "./regions.ts";
import { defaultName, find, newObject, providerTime, requireCompartment, requireObject, stored } from "./stored.ts";

const BUDGET = "Budget Budget";
const ALERT = "Budget Alert Rule";

function wholeAmount(planned: Attributes): number {
  const amount = number(planned, "amount");
  if (!Number.isInteger(amount) || amount < 1)
    throw invalid(BUDGET, `amount ${amount} must be a whole number from 1.`, "amount");
  return amount;
}

function requireBudgetName(call: Call, name: string | null, self: string | null): string {
  if (name !== null && call.world.state.oci.budgets.some((other) => other.displayName === name && other.id !== self))
    throw conflict(BUDGET, `A budget with the name ${name} already exists.`, "display_name");
  return name ?? defaultName(call, "budget");
}

function budgetTargets(call: Call, planned: Attributes): Pick<Budget, "targetType" | "targets"> {
  const single = maybeText(planned, "target_compartment_id");
  const targets = maybeTexts(planned, "targets") ?? (single === null ? [] : [single]);
  const targetType = maybeText(planned, "target_type") ?? "COMPARTMENT";
  if (targets.length !== 1) throw invalid(BUDGET, `A budget has one target, not ${targets.length}.`, "targets");
  if (targetType === "COMPARTMENT") for (const target of targets) requireCompartment(call, BUDGET, target);
  else if (targetType !== "TAG")
    throw invalid(BUDGET, `targetType ${targetType} is not valid: COMPARTMENT or TAG.`, "target_type");
  return { targetType, targets };
}

export const budget = stored<Budget>({
  service: BUDGET,
  all: (tenancy) => tenancy.budgets,
  attributes: (record) => ({
    actual_spend: 0,
    alert_rule_count: record.alertRules.length,
    amount: record.amount,
    budget_processing_period_start_offset: 1,
    description: record.description,
    display_name: record.displayName,
    forecasted_spend: 0,
    processing_period_type: record.processingPeriodType,
    reset_period: record.resetPeriod,
    state: "ACTIVE",
    system_tags: {},
    target_compartment_id: record.targetType === "COMPARTMENT" ? (record.targets[0] ?? null) : null,
    target_type: record.targetType,
    targets: record.targets,
    time_spend_computed: providerTime(record.timeCreated),
    time_updated: providerTime(record.timeUpdated),
    version: record.version,
  }),
  create(call, planned) {
    requireHomeRegion(call, BUDGET);
    requireRoot(call, BUDGET, planned);
    const common = newObject(call, BUDGET, "budget", planned, "global");
    return {
      ...common,
      displayName: requireBudgetName(call, maybeText(planned, "display_name"), null),
      description: maybeText(planned, "description"),
      amount: wholeAmount(planned),
      resetPeriod: text(planned, "reset_period"),
      processingPeriodType: maybeText(planned, "processing_period_type") ?? "MONTH",
      ...budgetTargets(call, planned),
      timeUpdated: common.timeCreated,
      version: 1,
      alertRules: [],
    };
  },
  update(call, record, planned) {
    requireHomeRegion(call, BUDGET);
    const name = requireBudgetName(call, maybeText(planned, "display_name") ?? record.displayName, record.id);
    record.amount = wholeAmount(planned);
    record.displayName = name;
    record.description = maybeText(planned, "description");
    record.resetPeriod = text(planned, "reset_period");
    record.processingPeriodType = maybeText(planned, "processing_period_type") ?? record.processingPeriodType;
    record.timeUpdated = call.world.now();
    record.version += 1;
  },
  remove: (call) => requireHomeRegion(call, BUDGET),
});

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
