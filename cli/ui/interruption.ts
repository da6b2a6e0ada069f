/** Handles Ctrl-C and its relatives: the first asks everything to end well, the second ends it now. */
import { Interrupted } from "./errors.ts";

/** npm and the launcher pass a signal on that the terminal has already sent us: those that come close are one. */
const ONE_SIGNAL_MS = 800;

/** Signals, as long as they are watched for. */
export interface Interruption {
  /** Aborted by the first signal, with `Interrupted` as its reason. */
  readonly signal: AbortSignal;
  /** Calls `handler` for the second signal and each after it. Returns what takes that back. */
  onSecondSignal(handler: () => void): () => void;
  /** Does `work` with signals left to the system: they end this process, whether or not it gives anybody a turn. */
  withDefaultSignals<T>(work: () => Promise<T>): Promise<T>;
  dispose(): void;
}

/** Watches for SIGINT, SIGTERM and SIGHUP until disposed. */
export function watchSignals(said: (line: string) => void): Interruption {
  const controller = new AbortController();
  const handlers = new Set<() => void>();
  let last = 0;
  const handle = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    const echo = controller.signal.aborted && now - last < ONE_SIGNAL_MS;
    if (echo) return;
    last = now;
    if (!controller.signal.aborted) {
      controller.abort(new Interrupted(signal));
      return;
    }
    said("once more: ending what runs now, which may leave things that the state does not know");
    for (const handler of handlers) handler();
  };
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const listen = (): void => signals.forEach((name) => process.on(name, handle));
  const dispose = (): void => signals.forEach((name) => process.off(name, handle));
  listen();
  return {
    signal: controller.signal,
    onSecondSignal(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async withDefaultSignals(work) {
      dispose();
      try {
        return await work();
      } finally {
        listen();
      }
    },
    dispose,
  };
}
