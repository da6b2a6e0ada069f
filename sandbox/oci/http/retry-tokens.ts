/** `opc-retry-token`: the same request, sent again, does what it did and no more (docs.oracle.com, Retry Token). */
import { createHash } from "node:crypto";
import { ServiceRefusal } from "../model/refusals.ts";
import type { ApiResponse } from "./response.ts";

/** Tokens are forgotten after a day. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** The sandbox's own bound: answers are kept with their tokens, and a daemon may live for days. */
const KEPT = 10_000;

interface Used {
  readonly request: string;
  readonly at: number;
  readonly answer: Promise<ApiResponse>;
}

/** The tokens that were used, and what they were answered with. */
export class RetryTokens {
  readonly #clock: () => number;
  readonly #used = new Map<string, Used>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Runs, or gives the answer of the first time. A request that was refused did nothing, so its token is free again.
   *
   * @throws ServiceRefusal 409 InvalidatedRetryToken for a token that another request had
   */
  async once(token: string, request: string, run: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const hash = createHash("sha256").update(request).digest("base64");
    this.#forgetOld();
    const known = this.#used.get(token);
    if (known) {
      if (known.request === hash) return known.answer;
      throw new ServiceRefusal(
        409,
        "InvalidatedRetryToken",
        "The provided retry token was used for another request; take a new one.",
        "",
      );
    }
    const answer = run();
    this.#used.set(token, { request: hash, at: this.#clock(), answer });
    try {
      return await answer;
    } catch (error) {
      this.#used.delete(token);
      throw error;
    }
  }

  /** The oldest come first. */
  #forgetOld(): void {
    for (const [token, { at }] of this.#used) {
      if (this.#clock() - at < KEPT_MS && this.#used.size < KEPT) return;
      this.#used.delete(token);
    }
  }
}
