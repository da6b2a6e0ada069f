/** A request whose failure is an error of one line. */
import { oneLine } from "./errors.ts";

/**
 * @param effect what a failure means, in words
 * @throws Error, one line, when the address cannot be reached or refuses
 */
export async function ask(address: string, init: RequestInit, effect = "nothing was pinned"): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, init);
  } catch (error) {
    init.signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(`${address} cannot be reached: ${oneLine(cause)}; ${effect}`, { cause: error });
  }
  if (!answer.ok) throw new Error(`${address}: HTTP ${answer.status}; ${effect}`);
  return answer;
}
