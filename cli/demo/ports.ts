/** Loopback ports for a lab that runs beside others: the demo's, a bench's, a test's. */
import { createServer } from "node:net";

const PORTS_OF_A_LAB = 1000;
const FIRST_PORT = 20_000;
const LAST_PORT = 60_000;

/** A base port whose first ports nobody listens on: another lab, or another demo, may be running. */
export async function freeBasePort(): Promise<number> {
  for (let base = FIRST_PORT; base < LAST_PORT; base += PORTS_OF_A_LAB) {
    // The API server's, a host's, a control plane's and a worker's: a lab that runs has all of them open.
    const probes = await Promise.all([0, 1, 101, 201].map((offset) => isFree(base + offset)));
    if (probes.every(Boolean)) return base;
  }
  throw new Error(`no free ports between ${FIRST_PORT} and ${LAST_PORT}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
