/** Puts the masker, and what makes text harmless, in front of stdout and stderr, so that nothing is printed around them. */
import { StringDecoder } from "node:string_decoder";
import { lineMask } from "./lines.ts";
import { harmless } from "./visible.ts";

type Done = (error?: Error | null) => void;

/** What we need of a stream that can be written to. */
export interface Written {
  readonly isTTY?: boolean;
  write(chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean;
}

/**
 * Masks all that is written to a stream from now on.
 *
 * @returns writes out what was held back
 */
export function maskStream(stream: Written): () => void {
  const write = stream.write.bind(stream);
  const terminal = stream.isTTY === true;
  const mask = lineMask(!terminal);
  const decoder = new StringDecoder("utf8");
  stream.write = (chunk, encoding, done) => {
    const text =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8").toString()
        : decoder.write(Buffer.from(chunk));
    const finished = typeof encoding === "function" ? encoding : done;
    return write(harmless(mask.take(text), terminal), "utf8", finished);
  };
  return () => {
    const rest = harmless(mask.rest(), terminal);
    if (rest !== "") write(rest);
  };
}

let inClear: ((text: string) => void) | undefined;

/**
 * Prints on stdout what another program has to have as it is, secrets too. For that alone: `--stdout` of `lab kubeconfig`
 * and `lab talosconfig`, and `lab sandbox start --env`.
 */
export function printInClear(text: string): void {
  if (inClear === undefined) process.stdout.write(text);
  else inClear(text);
}

/** Once for the process, before anything is printed. */
export function maskOutput(): void {
  if (inClear !== undefined) return;
  inClear = process.stdout.write.bind(process.stdout);
  const rests = [process.stdout, process.stderr].map(maskStream);
  process.once("exit", () => {
    for (const rest of rests) rest();
  });
}
