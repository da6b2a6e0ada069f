/** Every resource that the sandbox answers, with a value for each of its arguments. */
import type { Case } from "./argument-case.ts";
import { accessCases } from "./argument-cases-access.ts";
import { accountCases } from "./argument-cases-account.ts";
import { balancerCases } from "./argument-cases-balancer.ts";
import { computeCases } from "./argument-cases-compute.ts";
import { networkCases } from "./argument-cases-network.ts";

export const CASES: readonly Case[] = [
  ...networkCases,
  ...balancerCases,
  ...computeCases,
  ...accountCases,
  ...accessCases,
];
