/** Draws the lab, as Mermaid text or as SVG. */
import type { Arrow, Box, LabGraph } from "./lab-graph.ts";

/** Mermaid reads entities, with # in place of &, and takes a backslash for nothing special. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) => line.replaceAll(/[#"<>&]/g, (each) => `#${each.codePointAt(0)};`));
  return `"${escaped.join("<br/>")}"`;
}

/** The text of a Mermaid flowchart. */
export function mermaid({ stacks, boxes, arrows }: LabGraph): string {
  // Numbered by their order: names may hold what Mermaid takes for its own words.
  const ids = new Map(boxes.map(({ id }, index) => [id, `n${index + 1}`]));
  // What needs stands above what it needs.
  const groups = stacks
    .toReversed()
    .flatMap((stack) => [
      `  subgraph ${stack.replaceAll(/\W/g, "_")}_stack[${quoted([stack])}]`,
      ...boxes
        .filter((box) => box.stack === stack)
        .map(({ id, title, about }) => `    ${ids.get(id)}[${quoted(about === "" ? [title] : [title, about])}]`),
      "  end",
    ]);
  return ["flowchart TB", ...groups, ...arrows.map(({ from, to }) => `  ${ids.get(from)} --> ${ids.get(to)}`), ""].join(
    "\n",
  );
}

/** All in pixels. */
const BOX = { width: 236, height: 46 } as const;
const GAP = { across: 26, down: 44 } as const;
const BAND = { padding: 22, heading: 26, between: 30 } as const;
const MARGIN = 20;
/** Length of an arrow's head. */
const HEAD = 7;
/** Characters that a box has room for, at a width that most fonts keep to. */
const ROOM = { title: 28, about: 36 } as const;
/** Of the gap that arrows pass through. */
const PASSAGE = 10;

/** How far below the top of its band a box stands: below all of the band that need it. */
function ranks(boxes: readonly Box[], arrows: readonly Arrow[]): ReadonlyMap<string, number> {
  const rank = new Map(boxes.map(({ id }) => [id, 0]));
  // As often as there are boxes: a circle, which terraform would refuse, ends too.
  for (const _ of boxes)
    for (const { from, to } of arrows) {
      const [above, below] = [rank.get(from), rank.get(to)];
      if (above !== undefined && below !== undefined && below <= above) rank.set(to, above + 1);
    }
  return rank;
}

interface BoxPosition {
  /** Null where arrows to a box further down pass by. */
  readonly box: Box | null;
  /** Of the middle of its upper edge. */
  readonly x: number;
  readonly y: number;
}

interface Band {
  readonly stack: string;
  readonly y: number;
  readonly height: number;
}

interface Row {
  readonly stack: string;
  readonly boxes: readonly Box[];
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly bands: readonly Band[];
  readonly places: readonly BoxPosition[];
  /** For each arrow, what it goes by. */
  readonly ways: readonly (readonly BoxPosition[])[];
}

function rowsOf({ stacks, boxes, arrows }: LabGraph): readonly Row[] {
  return stacks.toReversed().flatMap((stack) => {
    const own = boxes.filter((box) => box.stack === stack);
    const rank = ranks(own, arrows);
    const used = [...new Set(rank.values())].toSorted((one, other) => one - other);
    return used.map((each) => ({ stack, boxes: own.filter(({ id }) => rank.get(id) === each) }));
  });
}

/** An arrow as places, each a row below the one before; arrows to the same box go the same way. */
function keysOf({ from, to }: Arrow, rowOf: ReadonlyMap<string, number>): readonly string[] {
  const [first = 0, last = 0] = [rowOf.get(from), rowOf.get(to)];
  const below = Array.from({ length: Math.max(0, last - first) }, (_, index) => `${first + index + 1} ${to}`);
  return [`${first} ${from}`, ...below];
}

const widthOf = (box: Box | null): number => (box === null ? PASSAGE : BOX.width);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What is named alike but for a number, such as hosts, goes in that order, into the places that these had. */
function inNumericOrder<Slot extends { readonly box: Box | null }>(slots: readonly Slot[]): readonly Slot[] {
  const family = ({ box }: Slot): string => box?.title.replace(/\d+$/, "") ?? "";
  const number = ({ box }: Slot): number => Number(/\d+$/.exec(box?.title ?? "")?.[0] ?? 0);
  const families = Map.groupBy(slots, family);
  const queues = new Map([...families].map(([name, of]) => [name, of.toSorted((a, b) => number(a) - number(b))]));
  return slots.map((slot) => queues.get(family(slot))?.shift() ?? slot);
}

function layout(graph: LabGraph): Layout {
  const rows = rowsOf(graph);
  const rowOf = new Map(rows.flatMap(({ boxes }, index) => boxes.map(({ id }) => [id, index] as const)));
  const chains = graph.arrows.map((arrow) => keysOf(arrow, rowOf));
  const filled = rows.map(({ stack, boxes }, index) => {
    const own = new Map<string, Box | null>(boxes.map((box) => [`${index} ${box.id}`, box]));
    for (const key of chains.flat()) if (key.startsWith(`${index} `) && !own.has(key)) own.set(key, null);
    const slots = [...own].map(([key, box]) => ({ key, box }));
    return { stack, slots, width: sum(slots.map(({ box }) => widthOf(box) + GAP.across)) - GAP.across };
  });
  const width = 2 * (MARGIN + BAND.padding) + Math.max(BOX.width, ...filled.map((row) => row.width));
  const places = new Map<string, BoxPosition>();
  /** The middle of those above that lead to it: so arrows cross less. */
  const pull = (key: string): number => {
    const above = chains.flatMap((chain) => places.get(chain[chain.indexOf(key) - 1] ?? "") ?? []);
    return above.length === 0 ? width / 2 : sum(above.map(({ x }) => x)) / above.length;
  };
  const bands: Band[] = [];
  let y = MARGIN;
  for (const [index, row] of filled.entries()) {
    if (filled[index - 1]?.stack !== row.stack) y += BAND.heading + BAND.padding;
    const pulled = row.slots.map((slot) => ({ ...slot, at: pull(slot.key) })).toSorted((a, b) => a.at - b.at);
    const ordered = inNumericOrder(pulled);
    let left = (width - row.width) / 2;
    for (const { key, box } of ordered) {
      places.set(key, { box, x: left + widthOf(box) / 2, y });
      left += widthOf(box) + GAP.across;
    }
    y += BOX.height;
    if (filled[index + 1]?.stack === row.stack) y += GAP.down;
    else {
      y += BAND.padding;
      const top = bands.at(-1);
      const start = top === undefined ? MARGIN : top.y + top.height + BAND.between;
      bands.push({ stack: row.stack, y: start, height: y - start });
      y += BAND.between;
    }
  }
  const ways = chains.map((chain) => chain.flatMap((key) => places.get(key) ?? []));
  return { width, height: y - BAND.between + MARGIN, bands, places: [...places.values()], ways };
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (each) => `&#${each.codePointAt(0)};`);
}

function short(text: string, room: number): string {
  return escaped(text.length > room ? `${text.slice(0, room - 1)}…` : text);
}

function drawBand({ stack, y, height }: Band, width: number): string {
  const [x, inner] = [MARGIN, width - 2 * MARGIN];
  return (
    `<rect class="band" x="${x}" y="${y}" width="${inner}" height="${height}" rx="8"/>` +
    `<text class="stack" x="${x + 14}" y="${y + BAND.heading - 4}">${escaped(stack)}</text>`
  );
}

function drawBox({ box, x, y }: BoxPosition): string {
  if (box === null) return "";
  const { title, about } = box;
  return (
    `<g><title>${escaped(`${title}: ${about}`)}</title>` +
    `<rect class="box" x="${x - BOX.width / 2}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="5"/>` +
    `<text class="name" x="${x}" y="${y + 19}">${short(title, ROOM.title)}</text>` +
    `<text class="about" x="${x}" y="${y + 36}">${short(about, ROOM.about)}</text></g>`
  );
}

/** From below a box to above another, straight past the boxes between. */
function drawArrow([start, ...way]: readonly BoxPosition[]): string {
  if (start === undefined || way.length === 0) return "";
  let [x, y] = [start.x, start.y + BOX.height];
  const parts = way.map((place) => {
    const end = place.y - (place.box === null ? 0 : HEAD);
    const bend = (end - y) / 2;
    const curve = `C${x} ${y + bend} ${place.x} ${end - bend} ${place.x} ${end}`;
    [x, y] = [place.x, place.y + BOX.height];
    return place.box === null ? `${curve}V${y}` : curve;
  });
  return `<path class="arrow" d="M${start.x} ${start.y + BOX.height}${parts.join("")}"/>`;
}

const STYLE = `text{font-family:sans-serif;fill:#1b2733}
.stack{font-size:15px;font-weight:bold}.name{font-size:12px;font-weight:bold;text-anchor:middle}
.about{font-size:11px;text-anchor:middle;fill:#51606e}.band{fill:#f3f6f9;stroke:#c6d0da}
.box{fill:#fff;stroke:#51606e}.arrow{fill:none;stroke:#8795a3;marker-end:url(#head)}.head{fill:#8795a3}`;

/** The lab as an SVG: a band for each stack, boxes in rows, what needs above what it needs. */
export function svg(graph: LabGraph): string {
  const { width, height, bands, places, ways } = layout(graph);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...bands.map((band) => drawBand(band, width)),
    ...ways.map(drawArrow),
    ...places.map(drawBox),
    "</svg>",
    "",
  ]
    .filter((line, index, { length }) => line !== "" || index === length - 1)
    .join("\n");
}
