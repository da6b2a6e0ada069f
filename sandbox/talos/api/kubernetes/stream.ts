/** A watch over the wire: a line of JSON for each event, until the client goes or its time is up. */
import type { ServerResponse } from "node:http";
import { keeping, type Server } from "./server.ts";
import type { Asked } from "./verbs/request.ts";
import { watch } from "./verbs/watch.ts";

/** How often an open watch looks at the world, which tells nobody of its changes: a machine is down, a fault was added. */
const LOOKS_MS = 500;
/** Of a watch that names no time: as the real server has it, between half an hour and an hour. */
const LASTS_SECONDS = 1_800;

/** Streams what is watched. @throws ApiError for selectors that are none */
export function streamOf(server: Server, asked: Asked, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  const stop = watch(asked, {
    send: (event) => void response.write(`${JSON.stringify(event)}\n`),
    end: () => void response.end(),
  });
  const looks = setInterval(() => {
    const cluster = server.state();
    if (cluster === null) response.destroy();
    else keeping(server, cluster, () => undefined);
  }, LOOKS_MS);
  const seconds = Number(asked.query.get("timeoutSeconds") ?? LASTS_SECONDS) || LASTS_SECONDS;
  const ends = setTimeout(() => {
    stop();
    response.end();
  }, seconds * 1000);
  looks.unref();
  ends.unref();
  response.once("close", () => {
    clearInterval(looks);
    clearTimeout(ends);
    stop();
  });
}
