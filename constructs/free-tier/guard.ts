import { TerraformResource, type TerraformStack } from "cdktf";
import type { Images } from "../../images/index.ts";

import { formatVerdict } from "../../topology/format-verdict.ts";
import { freeTierVerdict, type Use, type Verdict } from "../../topology/free-tier.ts";
import { type Arguments, isArguments, mayCost, UnknownAmount, usesOf } from "./uses.ts";

/** The lab would cost something, or may: the message is the table of what is used and what is allowed. */
export class FreeTierError extends Error {
  override readonly name = "FreeTierError";
}

/**
 * Sums what every resource of these stacks, whoever wrote it, and the images take of the Always Free limits.
 *
 * @param allowPaid the bill is meant: returns the verdict instead of throwing
 * @throws FreeTierError over a limit, or where an amount depends on something only Terraform will know
 */
export function guardFreeTier(stacks: readonly TerraformStack[], images: Images, allowPaid: boolean): Verdict {
  const { uses, unknown } = freeTierUses(stacks, images);
  const verdict = freeTierVerdict(uses, allowPaid);
  if (!verdict.accepted) throw new FreeTierError(formatVerdict(verdict));
  if (unknown.length > 0 && !allowPaid) {
    throw new FreeTierError(
      [
        "cannot prove that this lab is free; write these as numbers, or set allowPaid: true in lab.config.ts",
        ...unknown,
      ].join("\n"),
    );
  }
  return verdict;
}

/** What a lab takes of the Always Free limits, and a line for each amount that only Terraform will know. */
export function freeTierUses(
  stacks: readonly TerraformStack[],
  images: Images,
): { readonly uses: readonly Use[]; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const uses = [...imageUses(images), ...stacks.flatMap((stack) => stackUses(stack, unknown))];
  return { uses, unknown };
}

/** The Proxmox image lies in the bucket, and imported it may count once more. The base never leaves the builder. */
function imageUses({ proxmox: { name, sizeBytes } }: Images): Use[] {
  if (sizeBytes === null) return [];
  return ["object", "imported"].map((what) => ({
    limit: "objectStorageGb",
    amount: sizeBytes / 1e9,
    by: `images/${name}/${what}`,
  }));
}

function stackUses(stack: TerraformStack, unknown: string[]): Use[] {
  return stack.node
    .findAll()
    .filter((node) => node instanceof TerraformResource)
    .filter((resource) => mayCost(resource.terraformResourceType))
    .flatMap((resource) => {
      const by = resource.node.path;
      try {
        return usesOf(resource.terraformResourceType, argumentsOf(resource)).map((use) => ({ ...use, by }));
      } catch (error) {
        if (!(error instanceof UnknownAmount)) throw error;
        unknown.push(`${by}: ${error.message}`);
        return [];
      }
    });
}

/** With overrides, which a resource's properties do not show. */
function argumentsOf(resource: TerraformResource): Arguments {
  const { terraformResourceType: type, friendlyUniqueId: id } = resource;
  const args: unknown = resource.toTerraform().resource[type][id];
  return isArguments(args) ? args : {};
}
