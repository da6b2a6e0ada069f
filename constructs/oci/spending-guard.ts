import { BudgetAlertRule, type BudgetAlertRuleConfig } from "@cdktf/provider-oci/budget-alert-rule";
import { BudgetBudget, type BudgetBudgetConfig } from "@cdktf/provider-oci/budget-budget";
import { LimitsQuota, type LimitsQuotaConfig } from "@cdktf/provider-oci/limits-quota";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import type { OciConfig } from "../../config/schema.ts";
import type { HostPlan, MicroPlan } from "../../topology/types.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import type { Account } from "./account.ts";

/** The inner resources of a `SpendingGuard`. */
export interface SpendingGuardInner {
  readonly budget: BudgetBudgetConfig;
  readonly alert: BudgetAlertRuleConfig;
  readonly quota: LimitsQuotaConfig;
}

/** What a `SpendingGuard` is made from. */
export interface SpendingGuardProps {
  readonly account: Account;
  /** Name of the lab: prefix of what the resources are called. */
  readonly lab: string;
  readonly oci: Pick<OciConfig, "budget" | "region">;
  /** What the quota leaves room for. */
  readonly hosts: readonly Pick<HostPlan, "ocpus" | "memoryGb">[];
  readonly micro: Pick<MicroPlan, "availabilityDomain"> | null;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<SpendingGuardInner> | undefined;
}

/**
 * Guards the account itself, against whatever is made in it by hand: a budget with an alert at the first cent, and a
 * compute quota that allows only this lab's instances. Both are in the root compartment and the home
 * region. The alert mails `oci.budget.email`, if that is set; Oracle evaluates budgets about once a day.
 *
 * @example
 * const { hosts, micro, config } = lab.topology;
 * const account = new Account(stack, "account", { lab: "mine", oci: config.oci, sandbox: lab.sandbox });
 * new SpendingGuard(stack, "spending", { account, lab: "mine", oci: config.oci, hosts, micro });
 */
export class SpendingGuard extends Construct {
  readonly nodes: { readonly budget: BudgetBudget; readonly alert: BudgetAlertRule; readonly quota: LimitsQuota };

  constructor(scope: Construct, id: string, props: SpendingGuardProps) {
    super(scope, id);
    const given = transforming<SpendingGuardInner>(this, props.transform);
    const { account, lab, oci } = props;
    const provider = account.homeRegion;
    const home = { compartmentId: account.tenancyId, provider };
    const budget = new BudgetBudget(
      this,
      "budget",
      given("budget", {
        ...home,
        displayName: `${lab}-budget`,
        description: "The lab is meant to cost nothing",
        amount: oci.budget.amount,
        resetPeriod: "MONTHLY",
        targetType: "COMPARTMENT",
        targets: [account.tenancyId],
      }),
    );
    const alert = new BudgetAlertRule(
      this,
      "first-cent",
      given("alert", {
        budgetId: budget.id,
        provider,
        displayName: `${lab}-first-cent`,
        type: "ACTUAL",
        threshold: 0.01,
        thresholdType: "ABSOLUTE",
        message: `The lab ${lab} should cost nothing, and something in this tenancy was charged.`,
        ...(oci.budget.email !== undefined && { recipients: oci.budget.email }),
      }),
    );
    const quota = new LimitsQuota(
      this,
      "compute-quota",
      given("quota", {
        ...home,
        name: `${lab}-compute`,
        description: `Compute of the lab ${lab}, and nothing else`,
        statements: quotaStatements(props),
      }),
    );
    this.nodes = { budget, alert, quota };
  }
}

/**
 * All compute set to zero, then what the lab uses given back. An A1 instance is counted twice, per availability domain and
 * per region. A host may be in any domain of the region, and the regional count holds their sum; a quota without a condition would
 * hold in each region.
 * Syntax: Oracle, "Quota Policy Syntax"; conditions take the domain's name in lower case.
 */
function quotaStatements({ account, oci, hosts, micro }: SpendingGuardProps): string[] {
  const ocpus = hosts.reduce((sum, host) => sum + host.ocpus, 0);
  const memoryGb = hosts.reduce((sum, host) => sum + host.memoryGb, 0);
  const inRegion = `request.region = '${oci.region}'`;
  const within = (domain: string): string => `where all {${inRegion}, request.ad = '${Fn.lower(domain)}'}`;
  const set = (family: string, quota: string, to: number, where: string): string =>
    `set ${family} quota ${quota} to ${to} in tenancy ${where}`;
  return [
    "zero compute-core quotas in tenancy",
    "zero compute-memory quotas in tenancy",
    set("compute-core", "standard-a1-core-count", ocpus, `where ${inRegion}`),
    set("compute-core", "standard-a1-core-regional-count", ocpus, `where ${inRegion}`),
    set("compute-memory", "standard-a1-memory-count", memoryGb, `where ${inRegion}`),
    set("compute-memory", "standard-a1-memory-regional-count", memoryGb, `where ${inRegion}`),
    ...(micro === null
      ? []
      : [set("compute-core", "standard-e2-micro-core-count", 1, within(account.domain(micro.availabilityDomain)))]),
  ];
}
