/** Proves that a lab costs nothing, or lists what does. Compares the sums of uses with config/limits.ts; knows no Terraform. */
import { type Limit, type LimitName, LIMITS } from "../config/limits.ts";

/** What one resource takes of one limit. */
export interface Use {
  readonly limit: LimitName;
  readonly amount: number;
  /** The resource, as a person would look for it: `oci/hosts/pve-1`. */
  readonly by: string;
}

/** What a lab takes of one limit. */
export interface VerdictRow {
  readonly limit: LimitName;
  readonly label: string;
  readonly unit: string;
  /** The sum of all uses; of an "each at least" limit the smallest use, or 0 without one. */
  readonly used: number;
  readonly allowed: number;
  readonly rule: Limit["rule"];
  /** Who uses it, in the order given. */
  readonly by: readonly string[];
  readonly over: boolean;
  /** What to change when it is over. */
  readonly advice: string;
}

/** What a lab takes of every limit, and what follows. */
export interface Verdict {
  /** One row a limit, in the order of the table of limits, used or not. */
  readonly rows: readonly VerdictRow[];
  /** Inside every limit: the lab costs nothing. */
  readonly free: boolean;
  /** Free, or meant to cost something. */
  readonly accepted: boolean;
}

/** Drops what adding fractions leaves behind (0.1 + 0.2), so that a sum does not cross a limit that it meets. */
const rounded = (amount: number): number => Number(amount.toFixed(6));

const LIMIT_ENTRIES: readonly (readonly [string, Limit])[] = Object.entries(LIMITS);
const isLimit = (name: string): name is LimitName => Object.hasOwn(LIMITS, name);

function rowOf(limit: LimitName, entry: Limit, uses: readonly Use[]): VerdictRow {
  const { label, unit, allowed, rule, advice } = entry;
  const amounts = uses.map(({ amount }) => rounded(amount));
  const total = rule === "total";
  const smallest = amounts.length === 0 ? 0 : Math.min(...amounts);
  const used = total ? rounded(uses.reduce((sum, { amount }) => sum + amount, 0)) : smallest;
  const over = total ? used > allowed : amounts.some((amount) => amount < allowed);
  const guilty = total || !over ? uses : uses.filter(({ amount }) => rounded(amount) < allowed);
  return { limit, label, unit, used, allowed, rule, by: [...new Set(guilty.map(({ by }) => by))], over, advice };
}

/**
 * Sums every use against the Always Free limits.
 *
 * @param allowPaid the lab may cost something: crossing a limit is then accepted, though still shown
 * @throws Error on an amount that is no finite number of at least 0: a mistake of the caller's
 */
export function freeTierVerdict(uses: readonly Use[], allowPaid: boolean): Verdict {
  for (const { amount, by, limit } of uses) {
    if (!Number.isFinite(amount) || amount < 0) throw new Error(`${by}: ${amount} is no amount of ${limit}`);
  }
  const rows = LIMIT_ENTRIES.flatMap(([name, entry]) =>
    isLimit(name)
      ? [
          rowOf(
            name,
            entry,
            uses.filter(({ limit }) => limit === name),
          ),
        ]
      : [],
  );
  const free = rows.every(({ over }) => !over);
  return { rows, free, accepted: free || allowPaid };
}
