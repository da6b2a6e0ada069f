/** The daemon's log does not grow without end, whoever makes it write. */
import { copyFileSync, statSync, truncateSync } from "node:fs";

/** In bytes. As much again is kept of what was before. */
const LONGEST = 1_000_000;

/** Begins the log anew when it is too long; what was in it stays beside it, as `daemon.log.1`. */
export function rotate(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= LONGEST) return;
  // Copied and not renamed: stderr of the daemon is the same file.
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}
