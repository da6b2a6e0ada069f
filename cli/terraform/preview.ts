/**
 * A stack that reads outputs which its upstream has still to make cannot be planned as it is. For a diff it is planned
 * beside itself, with placeholders for what is missing: the same folder depth, so state and providers are its own.
 */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { readIfThere } from "../files.ts";
import type { Stack } from "./stack.ts";

const remoteStates = z.object({
  data: z
    .object({
      terraform_remote_state: z
        .record(z.string(), z.looseObject({ backend: z.string(), config: z.record(z.string(), z.unknown()) }))
        .default({}),
    })
    .default({ terraform_remote_state: {} }),
});

const outputs = z.looseObject({ outputs: z.record(z.string(), z.unknown()).default({}) });

export interface Preview {
  /** The stack to plan instead. Its plan is for looking at: it must not be applied. */
  readonly stack: Stack;
  /** The stacks that have to be deployed first. */
  readonly after: readonly string[];
  /** Removes what was written. */
  dispose(): void;
}

/** Names of the outputs that a stack reads through a remote state. */
function read(text: string, key: string): readonly string[] {
  const found = text.matchAll(new RegExp(`data\\.terraform_remote_state\\.${key}\\.outputs\\.([\\w-]+)`, "g"));
  return [...new Set([...found].flatMap(([, name]) => (name === undefined ? [] : [name])))];
}

/**
 * @param upstream the stacks that `stack` reads from
 * @returns null where everything that the stack reads is there, or where an upstream's state is not in a file
 */
export function previewOf(stack: Stack, upstream: readonly Stack[]): Preview | null {
  const text = readFileSync(stack.file, "utf8");
  const document: unknown = JSON.parse(text);
  const { terraform_remote_state: sources } = remoteStates.parse(document).data;
  const gaps = Object.entries(sources).flatMap(([key, source]) => {
    const { path } = source.config;
    const file = typeof path === "string" ? resolve(stack.folder, path) : undefined;
    const from = upstream.find(({ stateFile }) => stateFile !== null && stateFile === file);
    if (from === undefined || from.stateFile === null) return [];
    // A plan that runs beside us makes the file, and leaves it empty.
    const made = outputs.parse(JSON.parse(readIfThere(from.stateFile)?.trim() || "{}")).outputs;
    const missing = read(text, key).filter((name) => !(name in made));
    return missing.length === 0 ? [] : [{ key, source, from: from.name, made, missing }];
  });
  if (gaps.length === 0) return null;

  const folder = join(dirname(stack.folder), `.preview-${basename(stack.folder)}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  for (const shared of [".terraform", ".terraform.lock.hcl", "assets"]) {
    symlinkSync(join("..", basename(stack.folder), shared), join(folder, shared));
  }
  const filled = gaps.map(({ key, source, from, made, missing }) => {
    const placeholder = { value: `(after ${from})`, type: "string" };
    const all = { ...made, ...Object.fromEntries(missing.map((name) => [name, placeholder])) };
    const state = {
      version: 4,
      terraform_version: "1.8.0",
      serial: 1,
      lineage: "preview",
      outputs: all,
      resources: [],
    };
    const path = join(folder, `${from}.outputs.tfstate`);
    writeFileSync(path, JSON.stringify(state), { mode: 0o600 });
    return [key, { ...source, config: { ...source.config, path } }] as const;
  });
  const file = join(folder, basename(stack.file));
  writeFileSync(file, JSON.stringify(withSources(document, { ...sources, ...Object.fromEntries(filled) })));
  return {
    stack: { ...stack, folder, file },
    after: gaps.map(({ from }) => from),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function withSources(document: unknown, terraform_remote_state: Readonly<Record<string, unknown>>): unknown {
  const { data, ...rest } = z.looseObject({ data: z.looseObject({}) }).parse(document);
  return { ...rest, data: { ...data, terraform_remote_state } };
}
