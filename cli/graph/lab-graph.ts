/** The lab as boxes and arrows, grouped by stack. */
import { JOINS, KINDS, text } from "./kinds.ts";
import type { Element } from "./references.ts";

export interface Box {
  readonly id: string;
  readonly stack: string;
  readonly title: string;
  readonly about: string;
}

/** `from` needs `to`. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export interface LabGraph {
  /** In the order of deployment. */
  readonly stacks: readonly string[];
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

function boxOf({ id, stack, resource }: Element): Box | null {
  const kind = resource === null ? undefined : KINDS[resource.type];
  if (resource === null || kind === undefined) return null;
  const { args, name } = resource;
  const title =
    kind.title?.(args, name) ?? text(args["display_name"]) ?? text(args["name"]) ?? text(args["id"]) ?? name;
  return { id, stack, title, about: kind.about(args).filter(Boolean).join(", ") };
}

interface Found extends Arrow {
  /** By way of what is not drawn. */
  readonly far: boolean;
}

/** Leaves out far arrows where a way over other boxes says the same. */
function withoutDetours(arrows: readonly Found[]): readonly Arrow[] {
  const needs = Map.groupBy(arrows, ({ from }) => from);
  const next = (id: string): readonly string[] => (needs.get(id) ?? []).map(({ to }) => to);
  const reaches = (start: readonly string[], end: string): boolean => {
    const seen = new Set(start);
    for (const id of seen) for (const each of next(id)) seen.add(each);
    return seen.has(end);
  };
  return arrows
    .filter(
      ({ from, to, far }) =>
        !far ||
        !reaches(
          next(from).filter((id) => id !== to),
          to,
        ),
    )
    .map(({ from, to }) => ({ from, to }));
}

/** Draws the resources of the kinds that are drawn; what is between two of them becomes an arrow. */
export function labGraph(stacks: readonly string[], elements: readonly Element[]): LabGraph {
  const boxes = elements.flatMap((element) => boxOf(element) ?? []);
  const drawn = new Set(boxes.map(({ id }) => id));
  const byId = new Map(elements.map((element) => [element.id, element]));

  /** The nearest boxes that it reads, through all that is not drawn. */
  function nearest(start: readonly string[]): readonly string[] {
    const seen = new Set(start);
    for (const id of seen) if (!drawn.has(id)) for (const next of byId.get(id)?.reads ?? []) seen.add(next);
    return [...seen].filter((id) => drawn.has(id));
  }

  function arrowsOf({ id, resource, reads, after }: Element): readonly Found[] {
    const args = resource?.args ?? {};
    const join = JOINS[resource?.type ?? ""];
    if (join !== undefined) {
      const end = (argument: string): readonly string[] =>
        reads.filter((each) => String(args[argument]).includes(each.slice(each.indexOf("/") + 1)) && drawn.has(each));
      return end(join.from).flatMap((from) => end(join.to).map((to) => ({ from, to, far: false })));
    }
    if (!drawn.has(id)) return [];
    const named = (KINDS[resource?.type ?? ""]?.names ?? []).flatMap(({ type, argument, value }) => {
      const wanted = value(args);
      const of = (element: Element): boolean =>
        element.resource?.type === type && text(element.resource.args[argument]) === wanted;
      return wanted === undefined ? [] : elements.filter(of).map((element) => element.id);
    });
    const others = [...after.filter((each) => drawn.has(each)), ...named];
    const to = new Set([...nearest(reads), ...others]);
    to.delete(id);
    return [...to].map((each) => ({ from: id, to: each, far: !reads.includes(each) && !others.includes(each) }));
  }

  return { stacks, boxes, arrows: withoutDetours(elements.flatMap(arrowsOf)) };
}
