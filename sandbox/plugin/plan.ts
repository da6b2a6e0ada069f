/** What a plan is, for providers of both kinds (SDKv2 and framework): the rules they share. */
import type { Json, ResourceType } from "./resource.ts";
import type { Members, Shape } from "./schema.ts";
import { absent, complete, equal, isList, isObject, known, UNKNOWN, type Value, type Values } from "./value.ts";

/** Attribute paths are dotted names without indices: `create_vnic_details.private_ip`. */
interface PlanRules {
  readonly defaults: Readonly<Record<string, Json>>;
  readonly computedBlocks: ReadonlySet<string>;
  /** Computed values that this plan makes unknown although there is a prior value. */
  readonly refreshed: ReadonlySet<string>;
  readonly zeroIsUnset: boolean;
}

/** Part of an attribute's path: a name, or an index. */
export type Step = string | number;
interface Plan {
  readonly planned: Values;
  /** Paths of the attributes that force a replacement; none on create. */
  readonly replace: readonly (readonly Step[])[];
}

/** Values that SDKv2 does not tell from none. */
function isZero(value: Value): boolean {
  return value === "" || value === false || value === 0 || isEmpty(value);
}

function isEmpty(value: Value): boolean {
  return isList(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** The config's value wins; else the default; a computed attribute keeps its prior value, or is unknown without one. */
function planMembers(members: Members, prior: Values | null, config: Values, path: string, rules: PlanRules): Values {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]): [string, Value] => {
      const at = path === "" ? name : `${path}.${name}`;
      const said = config[name] ?? null;
      const before = prior?.[name] ?? null;
      const toldUnknown = prior === null || rules.refreshed.has(at) ? UNKNOWN : before;
      if (member.writeOnly) return [name, null];
      if (said === UNKNOWN) return [name, UNKNOWN];
      if (rules.zeroIsUnset && member.role !== "block" && prior !== null && before === null && isEmpty(said))
        return [name, null];
      if (member.role === "block") {
        const none = said === null || (isList(said) && said.length === 0);
        if (none && rules.computedBlocks.has(at)) return [name, toldUnknown];
        return [name, planNested(member.shape, before, said, at, rules)];
      }
      if (said !== null)
        return [name, member.role === "nested" ? planNested(member.shape, before, said, at, rules) : said];
      const fallback = rules.defaults[at];
      if (fallback !== undefined) return [name, fallback];
      if (member.computed) return [name, toldUnknown];
      return [name, rules.zeroIsUnset && isZero(before) ? before : null];
    }),
  );
}

/** Blocks and nested attributes: lists by index, maps by key, sets by what the config may have made of the element. */
function planNested(shape: Shape, prior: Value, config: Value, path: string, rules: PlanRules): Value {
  if (shape.kind === "object" && isObject(config))
    return planMembers(shape.members, isObject(prior) ? prior : null, config, path, rules);
  if (shape.kind === "map" && isObject(config))
    return Object.fromEntries(
      Object.entries(config).map(([key, item]) => {
        const before = isObject(prior) ? (prior[key] ?? null) : null;
        return [key, planNested(shape.element, before, item, path, rules)];
      }),
    );
  if (!isList(config)) return config;
  if (shape.kind === "list")
    return config.map((item, index) => {
      const before = isList(prior) ? (prior[index] ?? null) : null;
      return planNested(shape.element, before, item, path, rules);
    });
  if (shape.kind !== "set") return config;
  const rest = isList(prior) ? [...prior] : [];
  return config.map((item) => {
    const match = rest.findIndex((before) => mayComeFrom(shape.element, before, item, path, rules));
    const before = match < 0 ? null : (rest.splice(match, 1)[0] ?? null);
    return planNested(shape.element, before, item, path, rules);
  });
}

/** Can this prior element be what the config's element became? What the config leaves open may be anything. */
function mayComeFrom(shape: Shape, prior: Value, config: Value, path: string, rules: PlanRules): boolean {
  if (shape.kind !== "object" || !isObject(prior) || !isObject(config)) return equal(shape, prior, config);
  return Object.entries(shape.members).every(([name, member]) => {
    const at = `${path}.${name}`;
    const said = config[name] ?? null;
    const before = prior[name] ?? null;
    if (member.role !== "attribute") {
      if (!isList(said)) return mayComeFrom(member.shape, before, said, at, rules);
      if (said.length === 0 && rules.computedBlocks.has(at)) return true;
      if (!isList(before) || before.length !== said.length || !("element" in member.shape)) return false;
      const { element } = member.shape;
      return said.every((item, index) => mayComeFrom(element, before[index] ?? null, item, at, rules));
    }
    const wanted = said ?? rules.defaults[at] ?? null;
    if (wanted === null && (member.computed || (rules.zeroIsUnset && isZero(before)))) return true;
    return equal(member.shape, before, wanted) || (rules.zeroIsUnset && before === null && isEmpty(wanted));
  });
}

/** Steps to every value under one of `paths` that differs. In a set, the set itself: its elements have no address. */
function differences(members: Members, prior: Values, planned: Values, paths: ReadonlySet<string>): Step[][] {
  const found: Step[][] = [];
  const visit = (at: Members, a: Values, b: Values, path: string, steps: readonly Step[]): void => {
    for (const [name, { shape, role }] of Object.entries(at)) {
      const here = path === "" ? name : `${path}.${name}`;
      const before = a[name] ?? null;
      const after = b[name] ?? null;
      if (equal(shape, before, after)) continue;
      const under = [...steps, name];
      const resized = !isList(before) || !isList(after) || before.length !== after.length;
      const counts = role === "attribute" || (shape.kind === "list" ? resized : !isObject(before) || !isObject(after));
      if (paths.has(here) && counts) found.push(under);
      else if (shape.kind === "object" && isObject(before) && isObject(after))
        visit(shape.members, before, after, here, under);
      else if (shape.kind === "set" && [...paths].some((path) => path.startsWith(`${here}.`))) found.push(under);
      else if (shape.kind === "list" && shape.element.kind === "object" && isList(before) && isList(after)) {
        const { members: inner } = shape.element;
        for (const [index, item] of after.entries()) {
          const old = before[index];
          if (old !== undefined && isObject(old) && isObject(item)) visit(inner, old, item, here, [...under, index]);
        }
      }
    }
  };
  visit(members, prior, planned, "", []);
  return found;
}

/** Top-level attributes that differ. Timeouts only tell Terraform how long to wait. */
function changedNames(members: Members, prior: Values, planned: Values): string[] {
  return Object.entries(members)
    .filter(([name, { shape, role }]) => {
      const nothing = absent(role, shape);
      return name !== "timeouts" && !equal(shape, prior[name] ?? nothing, planned[name] ?? nothing);
    })
    .map(([name]) => name);
}

/**
 * Plans a create (`prior` is null) or an update. `adjust` is the handler's say in it: it returns the plan with what it
 * knows better. Where nothing changes, the plan is the prior state itself.
 *
 * @param renewed paths of computed values that are due to be made anew
 */
export function plan(
  type: ResourceType,
  members: Members,
  prior: Values | null,
  config: Values,
  adjust: (planned: Values) => Values,
  renewed: readonly string[] = [],
): Plan {
  const propose = (refreshed: ReadonlySet<string>): Values => {
    const { defaults = {}, computedBlocks, zeroIsUnset = false } = type;
    const rules = { defaults, computedBlocks: new Set(computedBlocks), refreshed, zeroIsUnset };
    return adjust(complete(members, planMembers(members, prior, config, "", rules), "plan"));
  };
  const first = propose(new Set(renewed));
  if (prior === null) return { planned: first, replace: [] };
  if (equal({ kind: "object", members }, prior, first)) return { planned: prior, replace: [] };
  const planned = type.changesOnUpdate ? propose(new Set([...type.changesOnUpdate, ...renewed])) : first;
  const changed = changedNames(members, prior, planned);
  const forced = type.update ? (type.replaces?.(known(members, prior), known(members, planned)) ?? []) : changed;
  const replace = differences(members, prior, planned, new Set([...(type.forceNew ?? []), ...forced]));
  return { planned, replace };
}
