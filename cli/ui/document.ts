/** Prints the one JSON document of `--json`. */
import { printInClear } from "./mask-output.ts";
import { masked } from "./masker.ts";

let printed = false;

/** Prints it, without secrets. */
export function printDocument(document: unknown): void {
  printed = true;
  process.stdout.write(`${maskedJson(document)}\n`);
}

/** Prints it as it is, for `lab sandbox start --env` alone: it sets what other programs log in with. */
export function printDocumentInClear(document: unknown): void {
  printed = true;
  printInClear(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** Whether one was printed. */
export function printedDocument(): boolean {
  return printed;
}

/** As indented JSON, its texts masked one by one: so it stays JSON whatever is in them. */
export function maskedJson(document: unknown): string {
  const mask = (_: string, value: unknown): unknown => (typeof value === "string" ? masked(value) : value);
  return JSON.stringify(document, mask, 2);
}
