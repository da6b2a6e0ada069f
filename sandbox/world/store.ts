/** Keeps a world in one JSON file, or only in memory for tests. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Calls, quietCalls } from "../faults/calls.ts";
import { clockAheadMs } from "../faults/conditions.ts";
import type { World, WorldState } from "./world.ts";

/** A world, and the way to keep it. */
export interface Store extends World {
  /**
   * Writes what changed since the last save. Called before an answer goes out: what was told is on disk.
   *
   * @throws Error when it cannot be written; the world is what it was at the last save then
   */
  save(): void;
  /** Why the last save that failed has failed: whoever saw another one before has changed nothing since. */
  notSaved(): Error | null;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** Lower-case letters and digits of base 32, as OCI's own ids have them. */
export function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

function isWorld(value: unknown): value is WorldState {
  if (typeof value !== "object" || value === null || !("version" in value) || value.version !== 5) return false;
  return ["oci", "proxmox", "talos", "tunnels"].every((key) => typeof Reflect.get(value, key) === "object");
}

/** What is in the file; null when there is none. The daemon is the only writer, so only its frame is checked. */
function load(file: string): WorldState | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = null;
  }
  if (isWorld(found)) return found;
  throw new Error(`${file} is no sandbox world of version 5: delete it to start with an empty sandbox`);
}

/** Makes a world what a text says, in place: everybody holds on to it. */
function become(state: WorldState, text: string): void {
  for (const key of Object.keys(state)) Reflect.deleteProperty(state, key);
  Object.assign(state, JSON.parse(text));
}

function store(state: WorldState, calls: Calls, write: (text: string) => void): Store {
  let dirty = false;
  let saved = JSON.stringify(state);
  let notSaved: Error | null = null;
  return {
    state,
    calls,
    now: () => new Date(Date.now() + clockAheadMs(state)).toISOString(),
    random: randomText,
    changed: () => {
      dirty = true;
    },
    save: () => {
      if (!dirty) return;
      const text = JSON.stringify(state);
      dirty = false;
      try {
        write(text);
        saved = text;
      } catch (error) {
        become(state, saved);
        const why = error instanceof Error ? error.message : String(error);
        notSaved = new Error(
          `the sandbox cannot save its world, so nothing was changed: make room on its disk (${why})`,
        );
        throw notSaved;
      }
    },
    notSaved: () => notSaved,
  };
}

/**
 * The world in `file`, made by `empty` when there is no such file.
 * A save replaces the file whole, so a killed daemon leaves the old or the new world. It does not wait for the disk:
 * only a power cut can lose the last moment.
 * @throws when the file is no world of this version; the message says how to start over.
 */
export function openStore(file: string, empty: () => WorldState, calls: Calls = quietCalls): Store {
  mkdirSync(dirname(file), { recursive: true });
  const [fresh, found] = [empty(), load(file)];
  // A world of before has less in its tenancy.
  const state = found ? { ...found, oci: { ...fresh.oci, ...found.oci } } : fresh;
  return store(state, calls, (text) => {
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  });
}

/** A world that is gone with the process. */
export function memoryStore(empty: () => WorldState, calls: Calls = quietCalls): Store {
  return store(empty(), calls, () => undefined);
}
