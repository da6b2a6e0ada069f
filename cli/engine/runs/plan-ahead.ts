/**
 * Plans stacks as they will be once those before them are deployed. All plans start at once, from what is deployed now: as
 * a rule nothing that a stack reads is about to change. Where it is, that stack is planned again.
 */
import type { StackRunner } from "../state/run-tool.ts";
import type { State } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { upstreamOf } from "../synth/stack-order.ts";
import { discard, type Plan } from "../terraform/plan.ts";
import type { Stack } from "../terraform/stack.ts";
import { type PlanDocument, planDocument } from "./plan-document.ts";
import { type Foreseen, type Foresight, type Preview, previewOf, type Reading, readingsOf } from "./preview.ts";

/** A plan, as far as those before it are known. */
export interface Planned {
  readonly plan: Plan;
  /** The stacks that have to be deployed first; the plan is not one to be applied then. */
  readonly after: readonly string[];
  /** Asks the tool for it at the first call. */
  document(): Promise<PlanDocument>;
}

interface Ahead {
  readonly runner: StackRunner;
  /** All stacks of the app. */
  readonly stacks: readonly StackInfo[];
  readonly stack: (info: StackInfo) => Stack;
  /** The states of all stacks, from before the first plan: one that is being planned may leave an empty file meanwhile. */
  readonly states: ReadonlyMap<string, State>;
  /** Plans a stack, or what stands for it. */
  readonly plan: (stack: Stack, info: StackInfo) => Promise<Plan>;
}

const NOTHING: Foresight = {};

/** What a planned stack will say of itself otherwise than now. */
async function foresightOf({ plan, document }: Planned, read: readonly string[]): Promise<Foresight> {
  const changed = read.filter((name) => ["create", "update"].includes(plan.outputs[name]?.action ?? "noop"));
  if (changed.length === 0) return NOTHING;
  const { outputs } = await document();
  return Object.fromEntries(
    changed.map((name): [string, Foreseen] => {
      const planned = outputs[name];
      return [
        name,
        planned !== undefined && "value" in planned ? { known: true, value: planned.value } : { known: false },
      ];
    }),
  );
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** A function that plans a stack; it is to be called for each once, for those that others read before these. */
export function planAhead({
  runner,
  stacks,
  stack: open,
  states,
  plan: planOne,
}: Ahead): (info: StackInfo) => Promise<Planned> {
  const begun = new Map<string, Promise<Planned>>();
  const made = (name: string): State["outputs"] => states.get(name)?.outputs ?? {};

  const readings = (info: StackInfo): readonly Reading[] => readingsOf(open(info), upstreamOf(info, stacks).map(open));

  const planWith = async (info: StackInfo, foresight: (name: string) => Foresight): Promise<Planned> => {
    const stack = open(info);
    const preview: Preview | null = previewOf(stack, readings(info), made, foresight);
    try {
      const planned = await planOne(preview?.stack ?? stack, info);
      const plan = preview === null ? planned : { ...preview.cleaned(planned), stack };
      return { plan, after: preview?.after ?? [], document: once(() => planDocument(runner, plan)) };
    } finally {
      preview?.dispose();
    }
  };

  const planFinally = async (info: StackInfo): Promise<Planned> => {
    const first = await planWith(info, () => NOTHING);
    const foresights = new Map<string, Foresight>();
    for (const { from, outputs } of readings(info)) {
      // One that cannot be planned is reported in its own place.
      const upstream = await begun.get(from)?.catch(() => undefined);
      // What is not made yet was unknown to the first plan, as it is now.
      const known = outputs.filter((name) => name in made(from));
      if (upstream !== undefined) foresights.set(from, await foresightOf(upstream, known));
    }
    if ([...foresights.values()].every((foresight) => Object.keys(foresight).length === 0)) return first;
    discard(first.plan);
    return planWith(info, (name) => foresights.get(name) ?? NOTHING);
  };

  return (info) => {
    const planned = planFinally(info);
    begun.set(info.name, planned);
    return planned;
  };
}
