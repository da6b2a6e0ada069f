/** Reads `show -json` of a saved plan, as far as a review needs it. It costs a process, so it is asked for only where needed. */
import { z } from "zod";
import { CliError } from "../../ui/errors.ts";
import { learnPlan } from "../../ui/mask-documents.ts";
import type { Plan } from "../terraform/plan.ts";
import type { Runner } from "../terraform/runner.ts";
import { placeholdersIn } from "./preview.ts";
import { capture } from "../../clients/processes.ts";

const changes = z.object({
  actions: z.array(z.string()),
  before: z.unknown(),
  after: z.unknown(),
  /** True, or a tree of them, where a value is only known after the apply. */
  after_unknown: z.unknown(),
  before_sensitive: z.unknown(),
  after_sensitive: z.unknown(),
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).default([]),
});

const document = z.object({
  resource_changes: z.array(z.object({ address: z.string(), change: changes })).default([]),
  planned_values: z
    .object({
      /** Without a value where it is only known after the apply. */
      outputs: z.record(z.string(), z.object({ value: z.unknown().optional() })).default({}),
    })
    .default({ outputs: {} }),
  configuration: z
    .object({
      root_module: z
        .object({
          resources: z
            .array(z.object({ address: z.string(), expressions: z.record(z.string(), z.unknown()).default({}) }))
            .default([]),
        })
        .default({ resources: [] }),
    })
    .default({ root_module: { resources: [] } }),
});

/** An object's attributes before and after, as the tool prints them. */
export interface PlannedValues extends z.infer<typeof changes> {
  /** The stacks whose outputs an attribute is made of, where these are not known yet. */
  readonly awaits: Readonly<Record<string, readonly string[]>>;
}

/** The parts of the document that are used. */
export interface PlanDocument {
  /** By address. */
  readonly changes: ReadonlyMap<string, PlannedValues>;
  readonly outputs: Readonly<Record<string, { readonly value?: unknown }>>;
}

function awaitedIn(expressions: Readonly<Record<string, unknown>>): PlannedValues["awaits"] {
  const awaited = Object.entries(expressions).map(([name, expression]) => [name, placeholdersIn(expression)] as const);
  return Object.fromEntries(awaited.filter(([, stacks]) => stacks.length > 0));
}

/** Asks the tool what is in a plan. What is sensitive in it is masked from now on. */
export async function planDocument(
  { binary, plugins }: Runner,
  { file, stack, env, changes: planned }: Plan,
): Promise<PlanDocument> {
  const { error, stdout, stderr } = await plugins.running(() =>
    capture(binary.path, ["show", "-json", file], { cwd: stack.folder, env: { ...env } }),
  );
  if (error !== null) throw new CliError(`${stack.name}: its plan cannot be read: ${stderr.trim() || error.message}`);
  let read: z.infer<typeof document>;
  try {
    const shown: unknown = JSON.parse(stdout);
    learnPlan(shown);
    read = document.parse(shown);
  } catch {
    // No word of the text: it holds values in clear.
    throw new CliError(
      `${stack.name}: \`${binary.path} show -json\` did not print a plan, though it ended with exit code 0`,
    );
  }
  const missing = planned.find(({ address }) => !read.resource_changes.some((each) => each.address === address));
  if (missing !== undefined)
    throw new CliError(
      `${stack.name}: \`${binary.path} show -json\` knows nothing of ${missing.address}, which it has planned`,
    );
  const awaits = new Map(
    read.configuration.root_module.resources.map(({ address, expressions }) => [address, awaitedIn(expressions)]),
  );
  return {
    changes: new Map(
      read.resource_changes.map(({ address, change }) => [
        address,
        { ...change, awaits: awaits.get(address.replace(/\[[^\]]*\]$/, "")) ?? {} },
      ]),
    ),
    outputs: read.planned_values.outputs,
  };
}

const instance = z.object({
  display_name: z.string(),
  source_details: z.tuple([z.object({ boot_volume_size_in_gbs: z.coerce.number() })]),
});

/**
 * Refuses a boot volume that a plan would make smaller, which OCI refuses in the middle of the apply. An instance that is
 * made anew gets a new volume, of any size.
 *
 * @throws CliError in one line
 */
export function refuseShrinking({ changes }: Pick<PlanDocument, "changes">): void {
  for (const [address, { actions, before, after }] of changes) {
    if (!address.startsWith("oci_core_instance.") || actions.join() !== "update") continue;
    const [is, wanted] = [instance.safeParse(before), instance.safeParse(after)];
    if (!is.success || !wanted.success) continue;
    const [{ boot_volume_size_in_gbs: has }] = is.data.source_details;
    const [{ boot_volume_size_in_gbs: got }] = wanted.data.source_details;
    if (got >= has) continue;
    throw new CliError(
      `bootVolumeGb of ${is.data.display_name}: got ${got}, allowed ${has} or more: a boot volume grows only; ` +
        "for a smaller one terminate the instance in Oracle's console, with its boot volume, and deploy again",
    );
  }
}
