/** The calls that every kind of sections has: list, create, read, update and delete, as its declaration says. */
import type { Pve } from "../model/context.ts";
import { failure, type PveError, within } from "../model/errors.ts";
import { type Options, putSection, sectionOf, sectionsOf } from "../model/sections.ts";
import { told } from "./cluster-options.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import { type Properties, schemaOf } from "./schema.ts";
import { digestOf } from "./values.ts";

type Values = { readonly [key: string]: Data };
type Words = (id: string) => string | PveError;

const errorOf = (words: string | PveError): PveError => (typeof words === "string" ? failure(words) : words);

/** A kind of sections: what is said of it beside PVE's schema. */
export interface SectionKind {
  /** Its name in the world. */
  readonly kind: string;
  /** Of the call that lists them. */
  readonly path: string;
  /** The parameter that names one. */
  readonly key: string;
  /** True where one is created at the path that it is read at. */
  readonly createdBelow?: true;
  /** True where the list asks for no ticket. */
  readonly open?: true;
  /** The type of all of them, where no parameter says it. */
  readonly type?: string;
  /** What the service says: of one that is there already, of one that is not there to read, to change, to delete. */
  readonly words: {
    readonly exists: Words;
    readonly read: Words;
    readonly update?: Words;
    /** Without it, to delete one that is not there is fine. */
    readonly delete?: Words;
  };
  /** What comes before an error: "add auth server failed: ". */
  readonly prefix?: { readonly create?: string; readonly update?: string; readonly delete?: string };
  /** Parameters that are no options, or are kept where nobody reads them: passwords. */
  readonly notKept?: readonly string[];
  /** All that the list tells of one; the read tells the rest. */
  readonly listed?: readonly string[];
  /** Where the answers call it otherwise than the parameter. */
  readonly told?: string;
  /** True where the read does not tell the id. */
  readonly anonymous?: true;
  /** Property strings that are told in their parts. */
  readonly inParts?: readonly string[];
  /** The id as the service keeps it. */
  readonly id?: (given: string) => string;
  /** Whether the caller may see one in the list. */
  readonly visible?: (pve: Pve, id: string, options: Options) => boolean;
  /** Checks and completes what is to be kept. */
  readonly kept?: (pve: Pve, id: string, options: Options, before: Options | null) => Options;
  /** What the list and the read tell beside the options; undefined is left out. */
  readonly more?: (pve: Pve, id: string, options: Options) => Readonly<Record<string, Data | undefined>>;
  /** What else happens when one is there, changed or gone. */
  readonly after?: (pve: Pve, id: string, options: Options | null) => void;
}

const NO_OPTIONS: readonly string[] = ["delete", "digest", "node"];
const CHANGED = "detected modified configuration - file changed by other user? Try again.";

function schemaFor({ path, key, createdBelow }: SectionKind): Properties {
  return schemaOf(`POST ${createdBelow ? `${path}/{${key}}` : path}`).parameters ?? {};
}

function optionsOf({ key, notKept = [] }: SectionKind, parameters: Parameters): Options {
  const given = Object.entries(parameters);
  return Object.fromEntries(given.filter(([name]) => ![key, ...NO_OPTIONS, ...notKept].includes(name)));
}

/** Of a line without a value nothing is read back. */
function withValue(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, text]) => text !== ""));
}

function shown(pve: Pve, kind: SectionKind, id: string, options: Options): Values {
  const schema = schemaFor(kind);
  const values = Object.entries(options).map(([name, text]): [string, Data] => [
    name,
    printed(kind, name, text, schema),
  ]);
  const more = Object.entries(kind.more?.(pve, id, options) ?? {}).flatMap(([name, value]): [string, Data][] =>
    value === undefined ? [] : [[name, value]],
  );
  return { [kind.told ?? kind.key]: id, ...Object.fromEntries(values), ...Object.fromEntries(more) };
}

function printed({ inParts = [] }: SectionKind, name: string, text: string, schema: Properties): Data {
  const { type } = schema[name] ?? {};
  if (inParts.includes(name)) return told(name, text, schema, inParts);
  if (type === "array") return text.split("\0");
  return type === "boolean" || type === "integer" || type === "number" ? Number(text) : text;
}

function create(pve: Pve, kind: SectionKind, parameters: Parameters): void {
  const id = idOf(kind, parameters);
  within(kind.prefix?.create, () => {
    if (Object.hasOwn(sectionsOf(pve, kind.kind), id)) throw errorOf(kind.words.exists(id));
    const given = { ...(kind.type !== undefined && { type: kind.type }), ...optionsOf(kind, parameters) };
    const options = kind.kept?.(pve, id, given, null) ?? given;
    putSection(pve, kind.kind, id, withValue(options));
    kind.after?.(pve, id, options);
  });
}

function update(pve: Pve, kind: SectionKind, parameters: Parameters): void {
  const id = idOf(kind, parameters);
  within(kind.prefix?.update, () => {
    const { update: absent = kind.words.read } = kind.words;
    const before = sectionOf(pve, kind.kind, id, errorOf(absent(id)));
    const { digest } = parameters;
    if (digest !== undefined && digest !== digestOf(sectionsOf(pve, kind.kind))) throw failure(CHANGED);
    const cleared = listOf(parameters.delete);
    const set = optionsOf(kind, parameters);
    const both = cleared.find((name) => name in set);
    if (both !== undefined) throw failure(`cannot set and delete property '${both}' at the same time!`);
    const left = Object.fromEntries(Object.entries(before).filter(([name]) => !cleared.includes(name)));
    const next = { ...left, ...set };
    const options = kind.kept?.(pve, id, next, before) ?? next;
    putSection(pve, kind.kind, id, withValue(options));
    kind.after?.(pve, id, options);
  });
}

function destroy(pve: Pve, kind: SectionKind, parameters: Parameters): void {
  const id = idOf(kind, parameters);
  within(kind.prefix?.delete, () => {
    if (kind.words.delete) sectionOf(pve, kind.kind, id, errorOf(kind.words.delete(id)));
    putSection(pve, kind.kind, id, null);
    kind.after?.(pve, id, null);
  });
}

function list(pve: Pve, kind: SectionKind, { type }: Parameters): Data {
  return Object.entries(sectionsOf(pve, kind.kind))
    .filter(([id, options]) => kind.visible?.(pve, id, options) ?? true)
    .filter(([, options]) => type === undefined || options["type"] === type)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, options]) => {
      const all = Object.entries(shown(pve, kind, id, options));
      return Object.fromEntries(all.filter(([name]) => kind.listed?.includes(name) ?? true));
    });
}

const idOf = ({ key, id = (given) => given }: SectionKind, parameters: Parameters): string => id(parameters[key] ?? "");

/** The calls of a kind of sections. */
export function sectionRoutes(kind: SectionKind): readonly Route[] {
  const { path, key } = kind;
  const one = `${path}/{${key}}`;
  return [
    { ...get(path, (pve, parameters) => list(pve, kind, parameters)), ...(kind.open && { open: true }) },
    post(kind.createdBelow ? one : path, (pve, parameters) => create(pve, kind, parameters)),
    get(one, (pve, parameters) => {
      const id = idOf(kind, parameters);
      const options = sectionOf(pve, kind.kind, id, errorOf(kind.words.read(id)));
      const { [kind.anonymous ? (kind.told ?? key) : ""]: _id, ...values } = shown(pve, kind, id, options);
      return { ...values, digest: digestOf(sectionsOf(pve, kind.kind)) };
    }),
    put(one, (pve, parameters) => update(pve, kind, parameters)),
    remove(one, (pve, parameters) => destroy(pve, kind, parameters)),
  ];
}
