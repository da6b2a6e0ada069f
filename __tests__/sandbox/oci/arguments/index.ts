/** Every resource that the sandbox answers, with a value for each of its arguments. */
import type { Case } from "./case.ts";
import { accessCases } from "./access.ts";
import { accountCases } from "./account.ts";
import { balancerCases } from "./balancer.ts";
import { computeCases } from "./compute.ts";
import { networkCases } from "./network.ts";

export const CASES: readonly Case[] = [
  ...networkCases,
  ...balancerCases,
  ...computeCases,
  ...accountCases,
  ...accessCases,
];
