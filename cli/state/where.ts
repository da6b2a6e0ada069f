/**
 * Where the state of each stack is, as far as this LAB_HOME knows: `<data>/state/where.json`. Written before a state is
 * first written somewhere, so that a config that says otherwise is noticed; and the journal of `lab state migrate`.
 */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { CliError, messageOf } from "../errors.ts";
import { readIfThere, writeAtomically } from "../files.ts";
import type { Project } from "../project.ts";
import { isEncrypted } from "./encryption.ts";
import { movedTo } from "./text.ts";
import { fileOf, type Place, samePlace } from "./place.ts";

const place = z.object({ kind: z.string(), config: z.record(z.string(), z.unknown()), encrypted: z.boolean() });
const whereabouts = z.object({
  at: place,
  /** Another place that may hold a copy, not yet marked as one. */
  copy: place.nullable(),
});
const schema = z.object({ version: z.literal(1), stacks: z.record(z.string(), whereabouts) });

/** Where a state is, and where a copy of it may be that is still to be marked as one. */
export interface Whereabouts {
  readonly at: Place;
  readonly copy: Place | null;
}

/** What is known of where states are. */
export interface Where {
  /** Undefined of a stack that nothing is known of. */
  get(stack: string): Whereabouts | undefined;
  set(stack: string, whereabouts: Whereabouts): void;
}

/** A LAB_HOME may be moved: paths inside of it are written relative to it. */
function withPath(of: Place, change: (path: string) => string): Place {
  const path = fileOf(of);
  return path === null ? of : { ...of, config: { ...of.config, path: change(path) } };
}

/** Opens the record of a lab. @throws CliError when it is damaged */
export function openWhere({ data, home }: Project): Where {
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
      const absolute = (of: Place): Place => withPath(of, (path) => resolve(home, path));
      return { at: absolute(found.at), copy: found.copy === null ? null : absolute(found.copy) };
    },
    set(stack, { at, copy }) {
      const known = load();
      const inside = (of: Place): Place => withPath(of, (path) => relative(home, path));
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
function asItIs(at: Place): Place {
  const path = at.encrypted ? fileOf(at) : null;
  const text = path === null ? "" : (readIfThere(path) ?? "");
  return text.trim() === "" || isEncrypted(text) ? at : { ...at, encrypted: false };
}

/**
 * Where the state of a stack is. Where nothing is known, it is in the file that it would be in by default, if there is one;
 * else nowhere but where the config says.
 */
export function whereaboutsOf(where: Where, project: Project, stack: string, configured: Place): Whereabouts {
  const known = where.get(stack);
  if (known !== undefined) return { ...known, at: asItIs(known.at) };
  const path = join(project.data, "state", `${stack}.tfstate`);
  const text = existsSync(path) ? (readIfThere(path) ?? "") : "";
  // Nothing, or a copy that was left behind when the state moved.
  if (text.trim() === "" || movedTo(text) !== null) return { at: configured, copy: null };
  const file: Place = { kind: "local", config: { path }, encrypted: isEncrypted(text) };
  return { at: samePlace(file, configured) ? configured : file, copy: null };
}
