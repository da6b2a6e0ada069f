/** Logs of services, messages of the kernel, and events: what a machine really did (siderolabs/talos v1.13.9). */
import { z } from "zod";
import type { JournalEntry } from "../../world/talos.ts";
import { containersOf } from "../model/inside/containers.ts";
import { kernelLine, logLine } from "../model/journal.ts";
import { MachineError } from "../model/machines.ts";
import { servicesOf } from "../model/services.ts";
import { HELLO, listen, recentEvents } from "./events.ts";
import { type Context, type Method, READERS } from "./method.ts";

/** How often a machine whose log is followed is looked at: the world tells nobody of its changes. */
const LOOK_MS = 500;

const logsSchema = z.object({ namespace: z.string(), id: z.string(), follow: z.boolean(), tail_lines: z.number() });
const dmesgSchema = z.object({ follow: z.boolean(), tail: z.boolean() });
const eventsSchema = z.object({ tail_events: z.number(), tail_id: z.string(), tail_seconds: z.number() });

const journalOf = ({ machine }: Context): readonly JournalEntry[] =>
  machine.stage === "configured" ? (machine.entry.journal ?? []) : [];

/** @throws MachineError for what has no log */
function linesOf(context: Context, { namespace, id }: z.infer<typeof logsSchema>): readonly JournalEntry[] {
  if (namespace === "k8s.io") {
    const found = containersOf(context, "k8s.io").find((each) => each.id === id);
    if (!found) throw new MachineError("Unknown", `container ${JSON.stringify(id)} not found`);
    return journalOf(context).filter(({ service }) => service === found.name);
  }
  if (
    ![...servicesOf(context).map((each) => each.id), "kernel", "controller-runtime", "dns-resolve-cache"].includes(id)
  )
    throw new MachineError("Unknown", `log ${JSON.stringify(id)} was not registered`);
  return journalOf(context).filter(({ service }) => service === id || id === "kernel");
}

/** Follows lines that are added, from those that were there. */
function followLines(
  contextNow: () => Context | null,
  lines: (context: Context) => readonly JournalEntry[],
  write: (entry: JournalEntry) => void,
): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const context = contextNow();
    if (!context) return;
    const now = Date.now();
    for (const entry of lines(context)) if (Date.parse(entry.at) > last) write(entry);
    last = now;
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

const bytes = (text: string) => ({ bytes: Buffer.from(text) });

/** Methods of the machine service about what happened. */
export const logMethods: Readonly<Record<string, Method>> = {
  Logs: {
    roles: READERS,
    run(context, request) {
      const asked = logsSchema.parse(request);
      const lines = linesOf(context, asked);
      const wanted = asked.tail_lines < 0 ? lines : lines.slice(Math.max(0, lines.length - asked.tail_lines));
      return wanted.map((entry) => bytes(logLine(entry)));
    },
    follow(contextNow, request, write) {
      const asked = logsSchema.parse(request);
      if (!asked.follow) return undefined;
      return followLines(
        contextNow,
        (context) => linesOf(context, asked),
        (entry) => write(bytes(logLine(entry))),
      );
    },
  },
  LogsContainers: {
    roles: READERS,
    run: (context) => ({ ids: servicesOf(context).map(({ id }) => id) }),
  },
  Dmesg: {
    roles: READERS,
    run(context, request) {
      const { tail, follow } = dmesgSchema.parse(request);
      return tail && follow ? [] : journalOf(context).map((entry) => bytes(kernelLine(entry)));
    },
    follow(contextNow, request, write) {
      if (!dmesgSchema.parse(request).follow) return undefined;
      return followLines(contextNow, journalOf, (entry) => write(bytes(kernelLine(entry))));
    },
  },
  Events: {
    roles: READERS,
    run({ world, machine }, request) {
      const { tail_events: tail, tail_id, tail_seconds } = eventsSchema.parse(request);
      const all = tail_id !== "" || tail_seconds > 0;
      return [HELLO, ...recentEvents(world, machine.guest.address, all ? -1 : tail)];
    },
    follow(contextNow, request, write) {
      const { tail_events: tail } = eventsSchema.parse(request);
      const context = contextNow();
      // Whoever asks for earlier ones has them already.
      return context ? listen(context.world, context.machine.guest.address, write, tail === 0) : undefined;
    },
  },
};
