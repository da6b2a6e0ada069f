/** Errors as OCI sends them: `{code, message}` (docs.oracle.com, API Errors). */
import type { Fault } from "../../faults/calls.ts";
import { MissingAttribute } from "../model/attributes.ts";
import { ServiceRefusal } from "../model/refusals.ts";
import { fieldOf } from "../model/fields.ts";
import type { ApiResponse } from "../http/response.ts";

function errorAnswer(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return { status, body: { code, message }, headers };
}

/** @param bug gets errors that are none of the service's own refusals */
export function answerOf(error: unknown, bug: (error: unknown) => void): ApiResponse {
  if (error instanceof ServiceRefusal) return errorAnswer(error.status, error.code, error.reason);
  if (error instanceof MissingAttribute)
    return errorAnswer(400, "MissingParameter", `${fieldOf(error.attribute)} is required.`);
  bug(error);
  return errorAnswer(500, "InternalServerError", "The sandbox failed; its log says how.");
}

/** The code that goes with a status, where a fault names none. */
const CODES: Readonly<Record<number, string>> = {
  400: "InvalidParameter",
  401: "NotAuthenticated",
  404: "NotAuthorizedOrNotFound",
  409: "IncorrectState",
  412: "NoEtagMatch",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
};

/** An injected error. */
export function faultAnswer(fault: Extract<Fault, { kind: "status" }>): ApiResponse {
  const { status, message = "This failure was asked for.", retryAfterSeconds } = fault;
  const code = fault.code ?? CODES[status] ?? "InternalServerError";
  return errorAnswer(
    status,
    code,
    message,
    retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
  );
}
