/** Which backups of a guest are kept (pve-storage 9.1.7, Storage.pm: prune_mark_backup_group). */
import { properties } from "./properties.ts";

/** A backup of a guest. */
export interface Pruned {
  readonly volid: string;
  readonly ctime: number;
  readonly isProtected: boolean;
}

export type Mark = "keep" | "remove" | "protected";

const isoWeek = (date: Date): string => {
  // The Thursday of a week says in which year it counts.
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const day = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000;
  return `${thursday.getUTCFullYear()}/${Math.floor(day / 7)}`;
};

/** Of each period the latest backup counts; in this order, and what one has kept the next does not count again. */
const PERIODS: Readonly<Record<string, (date: Date) => string>> = {
  "keep-last": (date) => date.toISOString(),
  "keep-hourly": (date) => date.toISOString().slice(0, 13),
  "keep-daily": (date) => date.toISOString().slice(0, 10),
  "keep-weekly": isoWeek,
  "keep-monthly": (date) => date.toISOString().slice(0, 7),
  "keep-yearly": (date) => date.toISOString().slice(0, 4),
};

/** @param keep `keep-last=3,keep-weekly=2` */
export function marked(backups: readonly Pruned[], keep: string): ReadonlyMap<string, Mark> {
  const wanted = properties(keep, "");
  const counted = Object.keys(PERIODS).filter((name) => Number(wanted.get(name) ?? 0) > 0);
  const marks = new Map<string, Mark>();
  for (const { volid, isProtected } of backups) if (isProtected) marks.set(volid, "protected");
  const latestFirst = backups.toSorted((a, b) => b.ctime - a.ctime);
  for (const name of wanted.get("keep-all") === "1" ? [] : counted)
    markBy(latestFirst, PERIODS[name] ?? isoWeek, Number(wanted.get(name)), marks);
  const rest = counted.length > 0 && wanted.get("keep-all") !== "1" ? "remove" : "keep";
  for (const { volid } of backups) if (!marks.has(volid)) marks.set(volid, rest);
  return marks;
}

function markBy(
  backups: readonly Pruned[],
  period: (date: Date) => string,
  count: number,
  marks: Map<string, Mark>,
): void {
  const of = ({ ctime }: Pruned): string => period(new Date(ctime * 1000));
  const already = new Set(backups.filter(({ volid }) => marks.get(volid) === "keep").map(of));
  const seen = new Set<string>();
  for (const backup of backups) {
    if (marks.has(backup.volid) || already.has(of(backup))) continue;
    if (!seen.has(of(backup)) && seen.size >= count) break;
    marks.set(backup.volid, seen.has(of(backup)) ? "remove" : "keep");
    seen.add(of(backup));
  }
}
