/** Whether a password is the one of a hash of crypt(3). */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { verify } from "unixcrypt";
import { z } from "zod";

/** In bytes: PAM takes no more (PAM_MAX_RESP_SIZE), and a hash takes time by the length of what is hashed. */
const LONGEST = 512;

/** As root's and users' are written; an account without a password has something else there. */
function canFit(password: string, hash: string | null): hash is string {
  return hash !== null && /^\$[56]\$/.test(hash) && Buffer.byteLength(password) <= LONGEST;
}

/** Whether a password has this hash (sha512-crypt and its kin). */
export function fits(password: string, hash: string | null): boolean {
  return canFit(password, hash) && verify(password, hash);
}

const answer = z.object({ id: z.number(), fits: z.boolean() });

let worker: Worker | null = null;
let lastId = 0;
const waiting = new Map<number, { resolve(fits: boolean): void; reject(error: Error): void }>();

function started(): Worker {
  if (worker !== null) return worker;
  const made = new Worker(join(import.meta.dirname, "password-worker.ts"));
  made.on("message", (message) => {
    const { id, fits: found } = answer.parse(message);
    waiting.get(id)?.resolve(found);
    waiting.delete(id);
    if (waiting.size === 0) made.unref();
  });
  made.on("error", (error) => {
    worker = null;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  worker = made;
  return made;
}

/** The same, while this thread goes on. */
export async function fitsAside(password: string, hash: string | null): Promise<boolean> {
  if (!canFit(password, hash)) return false;
  const thread = started();
  lastId += 1;
  const id = lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    thread.ref();
    // oxlint-disable-next-line require-post-message-target-origin -- of a worker, not of a window
    thread.postMessage({ id, password, hash });
  });
}
