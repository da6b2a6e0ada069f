/** Bodies of requests, in memory: no longer than an API takes them. */
import type { IncomingMessage } from "node:http";

/**
 * The whole body.
 *
 * @param most bytes
 * @returns null for a longer one; the request survives it, as the refusal wants to be answered
 * @throws Error where the client goes away in the middle of it
 */
export async function wholeBody(request: IncomingMessage, most: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > most) {
      request.resume();
      return null;
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Whether the client went away before it had sent everything: no trouble of ours. */
export const wentAway = ({ destroyed, complete }: IncomingMessage): boolean => destroyed && !complete;
