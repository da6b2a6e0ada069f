import { TerraformModule, TerraformResource, type TerraformStack } from "cdktf";
import type { Image } from "../../images/index.ts";
import { formatVerdict } from "../../topology/format-verdict.ts";
import { freeTierVerdict, type Use, type Verdict } from "../../topology/free-tier.ts";
import { type Arguments, isArguments, mayCost, UnknownAmount, usesOf } from "./uses.ts";

/** The lab would cost something, or may: the message is the table of what is used and what is allowed. */
export class FreeTierError extends Error {
  override readonly name = "FreeTierError";
}

type Synthesized = (stack: TerraformStack) => unknown;

const prepared: Synthesized = (stack) => {
  stack.prepareStack();
  return stack.toTerraform();
};

/**
 * Sums the use of Always Free limits by every resource of these stacks, whoever wrote it, and by the images.
 *
 * @param allowPaid the bill is meant: returns the verdict instead of throwing
 * @param synthesized a stack as Terraform JSON. @default - synthesizes it
 * @throws FreeTierError over a limit, or where an amount depends on something only Terraform will know
 */
export function guardFreeTier(
  stacks: readonly TerraformStack[],
  images: readonly ImportedImage[],
  allowPaid: boolean,
  synthesized: Synthesized = prepared,
): Verdict {
  const { uses, unknown } = freeTierUses(stacks, images, synthesized);
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

/** The uses of Always Free limits, and a line for each amount that is not known at synth. */
export function freeTierUses(
  stacks: readonly TerraformStack[],
  images: readonly ImportedImage[],
  synthesized: Synthesized = prepared,
): { readonly uses: readonly Use[]; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const uses = [
    ...images.flatMap(imageUses),
    ...stacks.flatMap((stack) => stackUses(stack, part(synthesized(stack)), unknown)),
  ];
  return { uses, unknown };
}

/** An image that the lab imports; its size is null as long as nobody knows it. */
export type ImportedImage = Pick<Image, "name" | "sizeBytes">;

/** One lies in the bucket, and imported it may count once more. */
function imageUses({ name, sizeBytes }: ImportedImage): Use[] {
  if (sizeBytes === null) return [];
  return ["object", "imported"].map((what) => ({
    limit: "objectStorageGb",
    amount: sizeBytes / 1e9,
    by: `images/${name}/${what}`,
  }));
}

/** By name, host 2 before host 10: a synthesized stack has it the other way round. */
function inOrder(named: Arguments): readonly (readonly [string, unknown])[] {
  return Object.entries(named).toSorted(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
}

/** From the synthesized JSON, which has the overrides that no construct shows. */
function stackUses(stack: TerraformStack, { resource, module }: Arguments, unknown: string[]): Use[] {
  const named = pathsOf(stack);
  const pathOf = (address: string): string => named.get(address) ?? `${stack.node.path}/${address}`;
  for (const name of Object.keys(part(module)))
    unknown.push(`${pathOf(`module.${name}`)}: what a module makes is not known at synth`);
  return Object.entries(part(resource))
    .filter(([type]) => mayCost(type))
    .flatMap(([type, resources]) =>
      inOrder(part(resources)).flatMap(([name, args]) => {
        const by = pathOf(`${type}.${name}`);
        try {
          return usesOf(type, part(args)).map((use) => ({ ...use, by }));
        } catch (error) {
          if (!(error instanceof UnknownAmount)) throw error;
          unknown.push(`${by}: ${error.message}`);
          return [];
        }
      }),
    );
}

/** Paths of the constructs that are resources and modules, by their addresses in Terraform. */
function pathsOf(stack: TerraformStack): ReadonlyMap<string, string> {
  return new Map(
    stack.node.findAll().flatMap((each) => {
      if (each instanceof TerraformModule) return [[`module.${each.friendlyUniqueId}`, each.node.path]];
      return each instanceof TerraformResource
        ? [[`${each.terraformResourceType}.${each.friendlyUniqueId}`, each.node.path]]
        : [];
    }),
  );
}

function part(value: unknown): Arguments {
  return isArguments(value) ? value : {};
}
