/** A state that another interface has made: where it has an empty list and the configuration none, or the other way round. */
import { join } from "node:path";
import { ociProvider } from "../../../sandbox/oci/index.ts";
import { plan } from "../../../sandbox/plugin/plan.ts";
import type { Attributes, Json, Provider, ResourceType } from "../../../sandbox/plugin/resource.ts";
import {
  type AttributeSchema,
  blockMembers,
  type BlockSchema,
  type Members,
  readProviderSchema,
} from "../../../sandbox/plugin/schema.ts";
import { complete, equal, known, type Values } from "../../../sandbox/plugin/value.ts";
import { proxmoxProvider } from "../../../sandbox/proxmox/index.ts";
import { talosProviderOf } from "../../../sandbox/talos/terraform/provider.ts";

/** A configuration that says nothing but this one value. */
type Configured = (value: Json) => Attributes;

interface Collection {
  readonly path: string;
  readonly computed: boolean;
  readonly empty: Json;
  readonly config: Configured;
}

type Nesting = "single" | "group" | "list" | "set" | "map";

function nested(name: string, mode: Nesting, inner: readonly Collection[]): readonly Collection[] {
  const wrapped = (value: Attributes): Json => {
    if (mode === "map") return { one: value };
    return mode === "list" || mode === "set" ? [value] : value;
  };
  return inner.map((each) => ({
    ...each,
    path: `${name}.${each.path}`,
    config: (value) => ({ [name]: wrapped(each.config(value)) }),
  }));
}

function ofAttribute([name, schema]: [string, AttributeSchema]): readonly Collection[] {
  const { type, nested_type: inner, optional = false, computed = false } = schema;
  const mode = inner?.nesting_mode ?? (Array.isArray(type) ? type[0] : "object");
  const own = optional && ["list", "set", "map"].includes(mode);
  const found = { path: name, computed, empty: mode === "map" ? {} : [], config: (value: Json) => ({ [name]: value }) };
  const below = inner ? Object.entries(inner.attributes).flatMap(ofAttribute) : [];
  return [...(own ? [found] : []), ...(inner ? nested(name, inner.nesting_mode, below) : [])];
}

/** Every optional list, set and map of a block, those in its blocks included. */
function collections({ attributes = {}, block_types = {} }: BlockSchema): readonly Collection[] {
  return [
    ...Object.entries(attributes).flatMap(ofAttribute),
    ...Object.entries(block_types).flatMap(([name, { nesting_mode, block }]) =>
      nested(name, nesting_mode, collections(block)),
    ),
  ];
}

interface Case extends Collection {
  readonly title: string;
  readonly type: ResourceType;
  readonly members: Members;
}

function casesOf(provider: Provider, folder: string): readonly Case[] {
  const schema = readProviderSchema(join(import.meta.dirname, "../../../providers", folder, "schema.json"));
  return Object.entries(provider.resources).flatMap(([name, type]) => {
    const { block } = schema.resource_schemas[name] ?? { block: {} };
    const members = blockMembers(block);
    return collections(block).map((each) => ({ ...each, title: `${name}: ${each.path}`, type, members }));
  });
}

const cases = [
  ...casesOf(ociProvider, "oci"),
  ...casesOf(proxmoxProvider, "proxmox"),
  ...casesOf(
    talosProviderOf(
      () => [],
      () => undefined,
    ),
    "talos",
  ),
];
/** The others are on the framework. */
const onSdk = ({ title }: Case): boolean => /^(oci|proxmox_virtual_environment)_/.test(title);

/** What is in the state after this was made: what only the service knows stays out of it. */
function made({ type, members, config }: Case, value: Json): Values {
  const { planned } = plan(type, members, null, complete(members, config(value), "config"), (draft) => draft);
  return complete(members, known(members, planned), "state");
}

/** Whether a plan changes or replaces anything of this state. */
function changes({ type, members, config }: Case, state: Values, value: Json): boolean {
  const { planned, replace } = plan(type, members, state, complete(members, config(value), "config"), (draft) => draft);
  return replace.length > 0 || !equal({ kind: "object", members }, state, planned);
}

test("there are such attributes, in blocks too", () => {
  const titles = cases.map(({ title }) => title);
  expect(titles).toContain("proxmox_virtual_environment_vm: cpu.flags");
  expect(titles).toContain("proxmox_virtual_environment_user: groups");
  expect(titles).toContain("talos_machine_configuration_apply: config_patches");
  expect(titles.length).toBeGreaterThan(40);
});

describe.each(cases.filter(onSdk))("$title", (each) => {
  it("is no change where the state has it empty and the configuration says nothing", () => {
    expect(changes(each, made(each, each.empty), null)).toBe(false);
  });

  it("is no change where the state has none and the configuration an empty one", () => {
    expect(changes(each, made(each, null), each.empty)).toBe(false);
  });
});

describe.each(cases.filter((each) => !onSdk(each)))("$title", (each) => {
  it("is told apart, empty and none, as providers on the framework do", () => {
    expect(changes(each, made(each, each.empty), null)).toBe(!each.computed);
    expect(changes(each, made(each, null), each.empty)).toBe(true);
  });
});
