/** Refuses to work on a stack whose neighbours are not as it needs them. */
import { CliError } from "../errors.ts";
import { list } from "../show/words.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { downstreamOf, upstreamOf } from "../synth/graph.ts";
import { isDeployed, stateOf } from "../terraform/state.ts";
import type { Session } from "./session.ts";

/** Whether a stack has anything in its state. */
export async function deployed(session: Session, stack: StackInfo): Promise<boolean> {
  return isDeployed(await stateOf(session, session.stack(stack)));
}

/** The stacks that `stack` reads from and that are not deployed, but for those in `coming`. */
export async function missingUpstream(
  session: Session,
  stack: StackInfo,
  coming: readonly StackInfo[] = [],
): Promise<readonly string[]> {
  const upstream = session.assembly.stacks.filter(({ name }) => stack.dependencies.includes(name));
  const absent = await Promise.all(
    upstream.map(async (each) => (coming.includes(each) || (await deployed(session, each)) ? [] : [each.name])),
  );
  return absent.flat();
}

/**
 * Reads the states that these stacks read, so that all that is secret there is masked in the plans, which have it in clear.
 * For where nothing else reads them; one that cannot be read is told of when it is needed.
 */
export async function learnUpstream(session: Session, stacks: readonly StackInfo[]): Promise<void> {
  const upstream = new Set(stacks.flatMap((stack) => upstreamOf(stack, session.assembly.stacks)));
  await Promise.allSettled([...upstream].map((each) => stateOf(session, session.stack(each))));
}

/** A stack to be deployed needs the outputs of the ones before it. */
export async function requireUpstream(session: Session, stacks: readonly StackInfo[]): Promise<void> {
  for (const stack of stacks) {
    const missing = await missingUpstream(session, stack, stacks);
    if (missing.length === 0) continue;
    const named = [...missing, ...stacks.map(({ name }) => name)].join(" ");
    throw new CliError(
      `${stack.name} reads the outputs of ${list(missing)}, not deployed yet: name it too, as in ` +
        `\`cdktf deploy ${named}\` (--ignore-missing-stack-dependencies goes on without it)`,
    );
  }
}

/** A stack to be destroyed must not be read by one that stays. */
export async function requireNoDownstream(session: Session, stacks: readonly StackInfo[]): Promise<void> {
  for (const stack of stacks) {
    for (const reader of downstreamOf(stack, session.assembly.stacks)) {
      if (stacks.includes(reader) || !(await deployed(session, reader))) continue;
      throw new CliError(
        `${reader.name} still reads the outputs of ${stack.name}: name it too, as in ` +
          `\`cdktf destroy ${[...stacks.map(({ name }) => name), reader.name].join(" ")}\` (--ignore-missing-stack-dependencies goes on anyway)`,
      );
    }
  }
}
