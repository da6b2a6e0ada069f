/** The one JSON document that `--json` puts on stdout. */
import { printInClear } from "../masking/filter.ts";
import { maskedJson } from "../masking/json.ts";

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

export function printedDocument(): boolean {
  return printed;
}
