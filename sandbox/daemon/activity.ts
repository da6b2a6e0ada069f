/** Knows whether anybody uses the daemon: an open connection is use, whatever passes over it. */
import type { Socket } from "node:net";

interface Activity {
  /** Counts a connection for as long as it is open. */
  track(connection: Socket): void;
}

/** @param onIdle called when there has been no connection for `minutes`. */
export function activity(minutes: number, onIdle: () => void): Activity {
  const open = new Set<Socket>();
  const wait = (): NodeJS.Timeout => setTimeout(onIdle, minutes * 60_000);
  let timer = wait();
  return {
    track(connection) {
      open.add(connection);
      clearTimeout(timer);
      connection.on("error", () => connection.destroy());
      connection.once("close", () => {
        open.delete(connection);
        if (open.size > 0) return;
        clearTimeout(timer);
        timer = wait();
      });
    },
  };
}
