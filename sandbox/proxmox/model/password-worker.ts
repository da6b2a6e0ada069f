/** A thread of its own for passwords: a hash takes some milliseconds by design, in which no interface would respond. */
import { parentPort } from "node:worker_threads";
import { verify } from "unixcrypt";
import { z } from "zod";

const question = z.object({ id: z.number(), password: z.string(), hash: z.string() });

parentPort?.on("message", (message) => {
  const { id, password, hash } = question.parse(message);
  // oxlint-disable-next-line require-post-message-target-origin -- of a worker, not of a window
  parentPort?.postMessage({ id, fits: verify(password, hash) });
});
