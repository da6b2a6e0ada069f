/** Puts the masker in front of stdout and stderr, so that nothing is printed around it. */
import { StringDecoder } from "node:string_decoder";
import { endsInKey } from "./mask-patterns.ts";
import { masked, SENSITIVE } from "./masker.ts";
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

/** Lines of a private key that was begun in an earlier piece, with whatever stands in front of each. */
const KEY_LINE = /[A-Za-z0-9+/=]{16,}/g;
const LAST_KEY_LINE = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]+={0,2}\s*$/;
const KEY_FIELD = /^[\w-]+: |^\s*$/;

/** A line after the first of a private key, masked, and whether the key goes on below it. */
function keyLine(line: string): { readonly shown: string; readonly goesOn: boolean } {
  if (line.includes("-----END ")) return { shown: masked(line), goesOn: false };
  const hidden = line.replaceAll(KEY_LINE, SENSITIVE);
  if (hidden !== line || KEY_FIELD.test(line)) return { shown: masked(hidden), goesOn: true };
  // The last one is shorter, or this is no key any more.
  return { shown: masked(line.replace(LAST_KEY_LINE, SENSITIVE)), goesOn: false };
}

interface LineMask {
  /** @returns what can be written of it now */
  take(text: string): string;
  /** @returns what was held back */
  rest(): string;
}

/**
 * Masks what is written piece by piece: nothing gets through because it was cut in two.
 *
 * @param patient whether a line that has not ended is held back until it has; a terminal cannot wait, as questions are
 * such lines, but all that is written to it here is written whole
 */
export function lineMask(patient: boolean): LineMask {
  let held = "";
  let inKey = false;

  const write = (text: string): string => {
    let rest = text;
    let result = "";
    while (inKey && rest !== "") {
      const end = rest.indexOf("\n") + 1 || rest.length;
      const line = rest.slice(0, end).replace(/\r?\n$/, "");
      const { shown, goesOn } = keyLine(line);
      inKey = goesOn;
      result += shown + rest.slice(line.length, end);
      rest = rest.slice(end);
    }
    if (endsInKey(rest)) inKey = true;
    return result + masked(rest);
  };

  return {
    take(text) {
      const end = patient ? text.lastIndexOf("\n") + 1 : text.length;
      if (end === 0) {
        // Only what is new is looked through: a line may come in a hundred thousand pieces.
        held += text;
        return "";
      }
      const whole = held + text.slice(0, end);
      held = text.slice(end);
      return write(whole);
    },
    rest() {
      const text = held;
      held = "";
      return write(text);
    },
  };
}
