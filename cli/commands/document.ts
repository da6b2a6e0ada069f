/** The one JSON document that `--json` puts on stdout. */
import { printInClear } from "../masking/filter.ts";
import { masked } from "../masking/masker.ts";

let printed = false;

/** Prints it, its texts masked one by one: so it stays JSON whatever is in them. */
export function printDocument(document: unknown): void {
  printed = true;
  const mask = (_: string, value: unknown): unknown => (typeof value === "string" ? masked(value) : value);
  process.stdout.write(`${JSON.stringify(document, mask, 2)}\n`);
}

/** Prints it as it is, for `lab sandbox start --env` alone: it sets what other programs log in with. */
export function printDocumentInClear(document: unknown): void {
  printed = true;
  printInClear(`${JSON.stringify(document, undefined, 2)}\n`);
}

export function printedDocument(): boolean {
  return printed;
}
