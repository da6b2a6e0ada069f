/** The response to a call of the REST API. */
import type { Readable } from "node:stream";
import type { Json } from "../../plugin/resource.ts";

/** What a call is answered with: JSON, bytes, or nothing. */
export interface ApiResponse {
  /** @default 200, and 204 without body and content */
  readonly status?: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes instead of JSON; its length and type are among the headers. */
  readonly content?: Readable;
}
