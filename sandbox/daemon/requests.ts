/** Requests to a daemon, over one connection. */
import type net from "node:net";
import { type ControlMethod, onMessages, sendMessage } from "./control-protocol.ts";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Calls that are heard of, until it is stopped. */
export interface Subscription {
  stop(): void;
  /** Resolves when the sandbox is no more. */
  readonly ended: Promise<void>;
}

interface Listener {
  hear(value: unknown): void;
}

/** Asks over a connection, and hears of calls. It keeps the daemon from idling, but not this process from ending. */
export function requests(socket: net.Socket, logFile: string) {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<Listener>();
  let last = 0;
  const settle = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    if (waiting.size + listeners.size === 0) socket.unref();
    return found;
  };
  socket.unref();
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    for (const id of waiting.keys()) settle(id)?.reject(new Error(`the sandbox ended; its log is ${logFile}`));
  });
  onMessages(socket, (message) => {
    if (typeof message !== "object" || message === null) return;
    if ("event" in message && "value" in message) for (const { hear } of listeners) hear(message.value);
    if (!("id" in message)) return;
    // A daemon that did not understand a request does not know its id either: its answer is to the first that waits.
    const [first = -1] = waiting.keys();
    const request = settle(waiting.has(Number(message.id)) ? Number(message.id) : first);
    if ("error" in message) request?.reject(new Error(String(message.error)));
    else if ("result" in message) request?.resolve(message.result);
  });
  function ask<T>(method: ControlMethod, value?: unknown): Promise<T> {
    last += 1;
    const id = last;
    socket.ref();
    return new Promise<T>((resolve, reject) => {
      if (socket.destroyed) {
        reject(new Error(`the sandbox ended; its log is ${logFile}`));
        return;
      }
      // The daemon is of the same code, so its answers are what the method says.
      waiting.set(id, { resolve, reject });
      sendMessage(socket, { id, method, value });
    });
  }
  let watching: Promise<unknown> | null = null;
  async function listen(listener: Listener): Promise<Subscription> {
    listeners.add(listener);
    watching ??= ask("watchCalls");
    await watching;
    socket.ref();
    return {
      stop() {
        listeners.delete(listener);
        if (waiting.size + listeners.size === 0) socket.unref();
      },
      ended: new Promise((resolve) => socket.once("close", () => resolve())),
    };
  }
  return { ask, listen };
}
