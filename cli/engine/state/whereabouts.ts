/**
 * Where the state of each stack is, as far as this LAB_HOME knows: `<data>/state/where.json`. Written before a state is
 * first written somewhere, so that a config that says otherwise is noticed; and the journal of `lab state migrate`.
 */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import type { Project } from "../synth/project.ts";
import type { Binary } from "../terraform/binary.ts";
import type { Stack } from "../terraform/stack.ts";
import { isEncrypted } from "./encryption.ts";
import { describeLocation, fileOf, locationOf, requireAble, sameLocation, type StateLocation } from "./location.ts";
import { isDeployed, parseState, type StateReader } from "./state.ts";
import { movedTo } from "./text.ts";

const place = z.object({ kind: z.string(), config: z.record(z.string(), z.unknown()), encrypted: z.boolean() });
const whereabouts = z.object({
  at: place,
  /** Another place that may hold a copy, not yet marked as one. */
  copy: place.nullable(),
});
const schema = z.object({ version: z.literal(1), stacks: z.record(z.string(), whereabouts) });

/** Where a state is, and where a copy of it may be that is still to be marked as one. */
export interface Whereabouts {
  readonly at: StateLocation;
  readonly copy: StateLocation | null;
}

/** What is known of where states are. */
interface Where {
  /** Undefined of a stack that nothing is known of. */
  get(stack: string): Whereabouts | undefined;
  set(stack: string, whereabouts: Whereabouts): void;
}

/** A LAB_HOME may be moved: paths inside of it are written relative to it. */
function withPath(of: StateLocation, change: (path: string) => string): StateLocation {
  const path = fileOf(of);
  return path === null ? of : { ...of, config: { ...of.config, path: change(path) } };
}

/** Opens the record of a lab. @throws CliError when it is damaged */
export function openWhereabouts({ data, home }: Project): Where {
  const file = join(data, "state", "where.json");
  const load = (): z.infer<typeof schema> => {
    const text = readIfThere(file);
    if (text === undefined) return { version: 1, stacks: {} };
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new CliError(
        `${file}: cannot be read (${messageOf(error).split("\n")[0]}); delete it when every state is where lab.config.ts says`,
      );
    }
  };
  return {
    get(stack) {
      const found = load().stacks[stack];
      if (found === undefined) return undefined;
      const absolute = (of: StateLocation): StateLocation => withPath(of, (path) => resolve(home, path));
      return { at: absolute(found.at), copy: found.copy === null ? null : absolute(found.copy) };
    },
    set(stack, { at, copy }) {
      const known = load();
      const inside = (of: StateLocation): StateLocation => withPath(of, (path) => relative(home, path));
      const entry = { at: inside(at), copy: copy === null ? null : inside(copy) };
      if (JSON.stringify(known.stacks[stack]) === JSON.stringify(entry)) return;
      writeAtomically(
        file,
        `${JSON.stringify({ ...known, stacks: { ...known.stacks, [stack]: entry } }, undefined, 2)}\n`,
      );
    },
  };
}

/** The same place, which is encrypted only if the file there is. */
function asItIs(at: StateLocation): StateLocation {
  const path = at.encrypted ? fileOf(at) : null;
  const text = path === null ? "" : (readIfThere(path) ?? "");
  return text.trim() === "" || isEncrypted(text) ? at : { ...at, encrypted: false };
}

/**
 * Where the state of a stack is. Where nothing is known, it is in the file that it would be in by default, if there is one;
 * else nowhere but where the config says.
 */
export function whereaboutsOf(where: Where, project: Project, stack: string, configured: StateLocation): Whereabouts {
  const known = where.get(stack);
  if (known !== undefined) return { ...known, at: asItIs(known.at) };
  const path = join(project.data, "state", `${stack}.tfstate`);
  const text = existsSync(path) ? (readIfThere(path) ?? "") : "";
  // Nothing, or a copy that was left behind when the state moved.
  if (text.trim() === "" || movedTo(text) !== null) return { at: configured, copy: null };
  const file: StateLocation = { kind: "local", config: { path }, encrypted: isEncrypted(text) };
  return { at: sameLocation(file, configured) ? configured : file, copy: null };
}

interface Lab extends StateReader {
  readonly project: Project;
  readonly binary: Binary;
}

/**
 * Before a stack is planned or applied: from another place than its state's, all would be made a second time.
 *
 * @throws CliError for a tool that cannot keep the state where the config says, and for a state that is elsewhere
 */
export async function requireConfiguredLocation(lab: Lab, stack: Stack): Promise<void> {
  const { project, binary, states, encryptedState } = lab;
  const configured = locationOf(stack, encryptedState);
  requireAble(binary, configured);
  // The sandbox's states are always in its own files.
  if (project.sandbox) return;
  const { at } = whereaboutsOf(openWhereabouts(project), project, stack.name, configured);
  if (sameLocation(at, configured)) return;
  if (!isDeployed(parseState(await states.read(at, stack.name), describeLocation(at)))) return;
  throw new CliError(
    `the state of ${stack.name} is in ${describeLocation(at)}, and lab.config.ts says ${describeLocation(configured)}: ` +
      "run `npx lab state migrate`, or set `state` back; otherwise everything would be made a second time",
  );
}

/** Takes down where the state of a stack is, before it is written there. */
export function recordLocation({ project, encryptedState }: Lab, stack: Stack): void {
  if (project.sandbox) return;
  const where = openWhereabouts(project);
  const at = locationOf(stack, encryptedState);
  const known = where.get(stack.name);
  if (known === undefined || !sameLocation(known.at, at)) where.set(stack.name, { at, copy: null });
}
