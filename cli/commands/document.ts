/** The one JSON document that `--json` puts on stdout. */
let printed = false;

/** Prints it. */
export function printDocument(document: unknown): void {
  printed = true;
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

export function printedDocument(): boolean {
  return printed;
}
