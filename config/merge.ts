/** Lays what a user wrote over a preset: objects deep, arrays and everything else replaced. */

type Plain = Readonly<Record<string, unknown>>;

/** An object literal, whichever realm made it (jest runs tests in another one). */
export function isPlain(value: unknown): value is Plain {
  if (typeof value !== "object" || value === null) return false;
  const parent: unknown = Object.getPrototypeOf(value);
  return parent === null || (typeof parent === "object" && Object.getPrototypeOf(parent) === null);
}

/** `undefined` in `over` means "as in the preset". */
export function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isPlain(base) || !isPlain(over)) return over;
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) merged.set(key, merge(merged.get(key), value));
  return Object.fromEntries([...merged].filter(([, value]) => value !== undefined));
}
