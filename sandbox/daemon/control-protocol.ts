/** Between client and daemon: one JSON document a line, over a unix socket; answers carry the request's id. */
import type { Socket } from "node:net";

/** What the daemon can be asked. */
export type ControlMethod =
  | "info"
  | "setTunnels"
  | "inventory"
  | "clock"
  | "overview"
  | "setAccount"
  | "setHomeRegion"
  | "setAdminCidrs"
  | "setAdmin"
  | "admin"
  | "addHost"
  | "removeHost"
  | "hosts"
  | "putUp"
  | "setProgress"
  | "addFault"
  | "faults"
  | "clearFaults"
  | "calls"
  | "callsUnderWay"
  | "watchCalls"
  | "real"
  | "reset"
  | "stop"
  | "retire";

interface ControlRequest {
  readonly id: number;
  readonly method: ControlMethod;
  readonly value?: unknown;
}

/** The answer to the request of an id. */
export type ControlReply =
  { readonly id: number; readonly result: unknown } | { readonly id: number | null; readonly error: string };

/** What a client gets without having asked, after `watchCalls`: each call on an interface as it ends. */
interface ControlEvent {
  readonly event: "call";
  readonly value: unknown;
}

/**
 * Calls `each` with every line, parsed; a line that is no JSON ends the connection.
 *
 * @param longest so does a longer one, in characters
 */
export function onMessages(socket: Socket, each: (message: unknown) => void, longest = Infinity): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longest) {
      socket.destroy();
      return;
    }
    try {
      for (const line of lines) each(JSON.parse(line));
    } catch {
      socket.destroy();
    }
  });
}

/** Writes one message as a line of JSON. */
export function sendMessage(socket: Socket, message: ControlRequest | ControlReply | ControlEvent): void {
  socket.write(`${JSON.stringify(message)}\n`);
}
