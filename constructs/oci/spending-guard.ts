import { BudgetAlertRule } from "@cdktf/provider-oci/budget-alert-rule";
import { BudgetBudget } from "@cdktf/provider-oci/budget-budget";
import { LimitsQuota } from "@cdktf/provider-oci/limits-quota";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import type { Topology } from "../../topology/types.ts";
import type { Account } from "./account.ts";

export interface SpendingGuardProps {
  readonly account: Account;
  readonly topology: Topology;
}

/**
 * Guards the account itself, against whatever is made in it by hand: a budget with an alert at the first cent, and a
 * compute quota that lets nothing be created beside this lab's instances. Both live in the root compartment and the home
 * region. The alert mails `oci.budget.email`, and without it nobody; Oracle evaluates budgets about once a day.
 */
export class SpendingGuard extends Construct {
  constructor(scope: Construct, id: string, props: SpendingGuardProps) {
    super(scope, id);
    const { account, topology } = props;
    const { name, oci } = topology.config;
    const home = { compartmentId: account.tenancyId, provider: account.homeRegion };
    const budget = new BudgetBudget(this, "budget", {
      ...home,
      displayName: `${name}-budget`,
      description: "The lab is meant to cost nothing",
      amount: oci.budget.amount,
      resetPeriod: "MONTHLY",
      targetType: "COMPARTMENT",
      targets: [account.tenancyId],
    });
    new BudgetAlertRule(this, "first-cent", {
      budgetId: budget.id,
      provider: account.homeRegion,
      displayName: `${name}-first-cent`,
      type: "ACTUAL",
      threshold: 0.01,
      thresholdType: "ABSOLUTE",
      message: `The lab ${name} should cost nothing, and something in this tenancy was charged.`,
      ...(oci.budget.email !== undefined && { recipients: oci.budget.email }),
    });
    new LimitsQuota(this, "compute-quota", {
      ...home,
      name: `${name}-compute`,
      description: `Compute of the lab ${name}, and nothing else`,
      statements: quotaStatements(
        topology,
        account.availabilityDomain,
        topology.micro ? account.domain(topology.micro.availabilityDomain) : undefined,
      ),
    });
  }
}

/**
 * All compute set to zero, then what the lab uses given back. An A1 instance is counted twice, per availability domain and
 * per region, and a quota without a condition would hold in each domain of each region, so both are named.
 * Syntax: Oracle, "Quota Policy Syntax"; conditions take the domain's name in lower case.
 */
export function quotaStatements(
  topology: Topology,
  availabilityDomain: string,
  microDomain = availabilityDomain,
): string[] {
  const ocpus = topology.hosts.reduce((sum, host) => sum + host.ocpus, 0);
  const memoryGb = topology.hosts.reduce((sum, host) => sum + host.memoryGb, 0);
  const inRegion = `request.region = '${topology.config.oci.region}'`;
  const within = (domain: string): string => `where all {${inRegion}, request.ad = '${Fn.lower(domain)}'}`;
  const inDomain = within(availabilityDomain);
  const set = (family: string, quota: string, to: number, where: string): string =>
    `set ${family} quota ${quota} to ${to} in tenancy ${where}`;
  return [
    "zero compute-core quotas in tenancy",
    "zero compute-memory quotas in tenancy",
    set("compute-core", "standard-a1-core-count", ocpus, inDomain),
    set("compute-core", "standard-a1-core-regional-count", ocpus, `where ${inRegion}`),
    set("compute-memory", "standard-a1-memory-count", memoryGb, inDomain),
    set("compute-memory", "standard-a1-memory-regional-count", memoryGb, `where ${inRegion}`),
    ...(topology.micro ? [set("compute-core", "standard-e2-micro-core-count", 1, within(microDomain))] : []),
  ];
}
