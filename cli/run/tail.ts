/** Follows a file that another process writes, line by line. */
import { closeSync, openSync, readSync } from "node:fs";
import { codeOf } from "../errors.ts";

const POLL_MS = 40;
const CHUNK = 64 * 1024;

export interface Tail {
  /** Reads what is left, hands out a last line without an end too, and closes. */
  finish(): void;
}

/** Calls `onLine` for every line there is and will be. Polls: a look at the end of a file costs microseconds. */
export function followLines(file: string, onLine: (line: string) => void): Tail {
  let descriptor: number | undefined;
  let rest = Buffer.alloc(0);
  const buffer = Buffer.alloc(CHUNK);
  const read = (): void => {
    try {
      descriptor ??= openSync(file, "r");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      throw error;
    }
    for (let count = readSync(descriptor, buffer); count > 0; count = readSync(descriptor, buffer)) {
      let text = Buffer.concat([rest, buffer.subarray(0, count)]);
      for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
        onLine(text.toString("utf8", 0, end));
        text = text.subarray(end + 1);
      }
      rest = text;
    }
  };
  const timer = setInterval(read, POLL_MS);
  return {
    finish() {
      clearInterval(timer);
      read();
      if (rest.length > 0) onLine(rest.toString("utf8"));
      rest = Buffer.alloc(0);
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
