/** Amounts of cpu and memory: `500m`, `1.5`, `64Mi`, `1e3` (apimachinery's resource.Quantity). */

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** What it comes to; null for what is no quantity. */
export function quantity(text: string): number | null {
  const [, digits, exponent = "", suffix = ""] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/.exec(text) ?? [];
  if (digits === undefined) return null;
  return Number(`${digits}${exponent}`) * (FACTORS[suffix] ?? 1);
}

/** The expression that the API server names where it refuses one. */
export const QUANTITY_PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
