/** Reviews the lab as a whole: the free tier before and after, and the images of its hosts. */
import { z } from "zod";
import { freeTierVerdict } from "../../../topology/free-tier.ts";
import { deployedUses } from "../checks/limit-rows.ts";
import type { State } from "../state/state.ts";
import type { Lab } from "../synth/assembly.ts";
import type { FreeTierReview, ImageReview } from "./review.ts";

/** Nobody counts traffic, and objects in a bucket are in no state. */
const IN_NO_STATE: ReadonlySet<string> = new Set(["egressTb", "objectStorageGb"]);

/** Compares what the config takes of Always Free with what is deployed; null for a lab that was not counted. */
export function freeTierReview(lab: Lab, states: ReadonlyMap<string, State>): FreeTierReview | null {
  const { freeTier } = lab;
  if (freeTier === undefined) return null;
  const before = new Map(freeTierVerdict(deployedUses(states), true).rows.map((row) => [row.limit, row]));
  const rows = freeTier.rows.flatMap((row) => {
    const deployed = before.get(row.limit);
    if (row.by.length === 0 && (deployed?.by.length ?? 0) === 0) return [];
    const { limit, label, unit, used: after, allowed, rule, over } = row;
    const used = IN_NO_STATE.has(limit) ? null : (deployed?.used ?? null);
    return [{ limit, label, unit, before: used, after, allowed, rule, over }];
  });
  return { free: freeTier.free, outcome: freeTier.table.trimEnd().split("\n").at(-1) ?? "", rows };
}

const imported = z.object({ image_source_details: z.tuple([z.looseObject({ object_name: z.string() })]) });

/** The object that was imported for the hosts. */
function bootedNow(states: ReadonlyMap<string, State>): string | null {
  for (const { type, attributes } of [...states.values()].flatMap(({ resources }) => resources)) {
    const image = type === "oci_core_image" ? imported.safeParse(attributes).data : undefined;
    if (image !== undefined) return image.image_source_details[0].object_name;
  }
  return null;
}

/** Compares the image that the hosts are to boot with the one that they boot. */
export function imageReviews(
  { images }: Lab,
  states: ReadonlyMap<string, State>,
  sandbox: boolean,
): readonly ImageReview[] {
  if (images === undefined) return [];
  const { name = "proxmox", objectName, built } = images.proxmox;
  // The sandbox takes an image's word for it.
  return [{ name, before: bootedNow(states), after: objectName, built: built || sandbox }];
}
