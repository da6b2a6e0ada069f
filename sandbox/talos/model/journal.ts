/** What machines did, as their logs and kernel messages have it. */
import type { JournalEntry, TalosMachine } from "../../world/talos.ts";

/** Older lines go, as they do in Talos' ring buffers. */
const KEPT = 200;

/** Writes down what a service did. */
export function record(entry: Pick<TalosMachine, "journal">, at: string, service: string, text: string): void {
  entry.journal = [...(entry.journal ?? []), { at, service, text }].slice(-KEPT);
}

/** A line of a service's log. */
export function logLine({ at, text }: JournalEntry): string {
  return `${at} ${text}\n`;
}

/** A line of the kernel's messages: facility, priority and time, as `talosctl dmesg` shows them. */
export function kernelLine({ at, service, text }: JournalEntry): string {
  return `user: warning: [${at}]: [talos] ${service === "machined" ? text : `service[${service}]: ${text}`}\n`;
}
