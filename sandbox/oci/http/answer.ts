/** What a call of the REST API is answered with. */
import type { Readable } from "node:stream";
import type { Json } from "../../plugin/resource.ts";

/** What a call is answered with: JSON, bytes, or nothing. */
export interface Answer {
  /** @default 200, and 204 without body and content */
  readonly status?: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes instead of JSON; its length and type are among the headers. */
  readonly content?: Readable;
}
