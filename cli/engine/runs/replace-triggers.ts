/** What has a resource replaced with another, while a plan is made. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { writeAtomically } from "../../ui/files.ts";
import type { Stack } from "../terraform/stack.ts";

const TRIGGERS = "replace_triggered_by";

const resource = z.looseObject({ lifecycle: z.looseObject({ [TRIGGERS]: z.array(z.string()).optional() }).optional() });
/** A stack may have no resource at all. */
const document = z.looseObject({ resource: z.record(z.string(), z.record(z.string(), resource)).optional() });

/** The resource that a trigger is of, which may be one of its attributes. */
const triggerOf = (reference: string): string => reference.split(".").slice(0, 2).join(".");

/**
 * Plans without triggers that are in no state yet, for what is there: OpenTofu's `replace_triggered_by` heeds creations, too, where
 * Terraform's heeds changes alone. What was lost together with the generation that it follows would be made anew, and a cluster is
 * bootstrapped once.
 *
 * @param imported addresses that this plan takes into the state
 * @param held addresses that the state has
 */
export async function withoutNewTriggers<T>(
  { file }: Pick<Stack, "file">,
  imported: readonly string[],
  held: readonly string[],
  plan: () => Promise<T>,
): Promise<T> {
  const text = readFileSync(file, "utf8");
  const stack = document.parse(JSON.parse(text));
  let dropped = false;
  for (const [type, resources] of Object.entries(stack.resource ?? {}))
    for (const [label, { lifecycle }] of Object.entries(resources)) {
      const triggers = lifecycle?.[TRIGGERS];
      const address = `${type}.${label}`;
      if (lifecycle === undefined || triggers === undefined) continue;
      if (!imported.includes(address) && !held.includes(address)) continue;
      // What is imported has the age of nothing that the state knows.
      const kept = imported.includes(address) ? [] : triggers.filter((each) => held.includes(triggerOf(each)));
      if (kept.length === triggers.length) continue;
      dropped = true;
      if (kept.length === 0) delete lifecycle[TRIGGERS];
      else lifecycle[TRIGGERS] = kept;
    }
  if (!dropped) return plan();
  writeAtomically(file, JSON.stringify(stack, undefined, 2));
  try {
    return await plan();
  } finally {
    writeAtomically(file, text);
  }
}
