/** What refers to what in synthesized stacks: resources, data, locals and outputs, also from one stack to another. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";
import type { StackInfo } from "./assembly.ts";
import { textsIn } from "../../ui/values.ts";

const block = z.record(z.string(), z.unknown());
const blocks = z.record(z.string(), z.record(z.string(), block)).default({});
const values = z.record(z.string(), z.unknown()).default({});

const document = z.looseObject({ resource: blocks, data: blocks, locals: values, output: values });

/** Of a resource, as synthesized. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Whatever can be referred to. */
export interface Element {
  /** Of the whole lab: `oci/oci_core_vcn.network_vcn`. */
  readonly id: string;
  readonly stack: string;
  /** Null where it is no managed resource. */
  readonly resource: { readonly type: string; readonly name: string; readonly args: Arguments } | null;
  /** Ids of what its arguments refer to. */
  readonly reads: readonly string[];
  /** Ids of what it is only to come after. */
  readonly after: readonly string[];
}

interface Named {
  readonly address: string;
  readonly value: unknown;
  readonly resource: Element["resource"];
}

/** By name, host 2 before host 10: a synthesized stack has it the other way round. */
function inOrder<T>(named: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(named).toSorted(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
}

function read(info: StackInfo): readonly Named[] {
  let parsed: z.infer<typeof document>;
  try {
    parsed = document.parse(JSON.parse(readFileSync(info.file, "utf8")));
  } catch (error) {
    throw new CliError(`${info.file}: cannot be read as a stack: ${messageOf(error).split("\n")[0]}`);
  }
  const of = (kind: typeof parsed.resource, prefix: string): readonly Named[] =>
    Object.entries(kind).flatMap(([type, all]) =>
      inOrder(all).map(([name, args]) => ({
        address: `${prefix}${type}.${name}`,
        value: args,
        resource: prefix === "" ? { type, name, args } : null,
      })),
    );
  const plain = (all: typeof parsed.locals, prefix: string): readonly Named[] =>
    Object.entries(all).map(([name, value]) => ({ address: `${prefix}.${name}`, value, resource: null }));
  return [
    ...of(parsed.resource, ""),
    ...of(parsed.data, "data."),
    ...plain(parsed.locals, "local"),
    ...plain(parsed.output, "output"),
  ];
}

/** The stack whose outputs a `terraform_remote_state` has: cdktn names it `cross-stack-reference-input-oci`. */
function producer(name: string, stacks: readonly StackInfo[]): string | undefined {
  return stacks.find((stack) => name === stack.name || name.endsWith(`-input-${stack.name}`))?.name;
}

/** Reads the synthesized files. */
export function readElements(stacks: readonly StackInfo[]): readonly Element[] {
  const named = stacks.map((info) => ({ info, all: read(info) }));
  const known = new Set(named.flatMap(({ info, all }) => all.map(({ address }) => `${info.name}/${address}`)));
  return named.flatMap(({ info, all }) =>
    all.map(({ address, value, resource }): Element => {
      const idOf = (path: string): string => {
        const parts = path.split(".");
        const [, , state = "", , output = ""] = parts;
        return path.startsWith("data.terraform_remote_state.")
          ? `${producer(state, stacks) ?? ""}/output.${output}`
          : `${info.name}/${parts.slice(0, parts[0] === "data" ? 3 : 2).join(".")}`;
      };
      const found = (text: string): readonly string[] =>
        [...text.matchAll(/[\w-]+(?:\.[\w-]+)+/g)].map(([path]) => idOf(path)).filter((id) => known.has(id));
      // A local may be anything.
      const { depends_on: after, lifecycle, ...rest } = block.catch({ value }).parse(value);
      const references = textsIn(rest).filter((text) => text.includes("${"));
      // Addresses stand there bare: what it is made anew with.
      const triggers = textsIn(block.catch({}).parse(lifecycle)["replace_triggered_by"]);
      return {
        id: `${info.name}/${address}`,
        stack: info.name,
        resource,
        reads: [...new Set([...references, ...triggers].flatMap(found))],
        after: [...new Set(textsIn(after).flatMap(found))],
      };
    }),
  );
}
