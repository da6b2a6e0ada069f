/** What the API server refuses, in its words (metav1.Status). */
import type { Fields } from "./fields.ts";

/** What is wrong with a field. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A resource in an error: `deployments.apps`, `Deployment`. */
export interface Named {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
}

const qualified = (name: string, group: string): string => (group === "" ? name : `${name}.${group}`);

/** An answer other than what was asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  readonly reason: string;
  readonly details: Fields | undefined;

  constructor(code: number, reason: string, message: string, details?: Fields) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** As it goes over the wire. */
  get status(): Fields {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }
}

const detailsOf = ({ group, plural }: Named, name: string): Fields => ({
  name,
  ...(group !== "" && { group }),
  kind: plural,
});

/** 404 of an object. */
export function notFound(kind: Named, name: string): ApiError {
  const message = `${qualified(kind.plural, kind.group)} "${name}" not found`;
  return new ApiError(404, "NotFound", message, detailsOf(kind, name));
}

/** 404 of a path. */
export function noSuchPath(): ApiError {
  return new ApiError(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409 of a name that is taken. */
export function alreadyExists(kind: Named, name: string): ApiError {
  const message = `${qualified(kind.plural, kind.group)} "${name}" already exists`;
  return new ApiError(409, "AlreadyExists", message, detailsOf(kind, name));
}

/** 409 of a write that goes by an older version. */
export function conflict(kind: Named, name: string, why?: string): ApiError {
  const modified = "the object has been modified; please apply your changes to the latest version and try again";
  const message = `Operation cannot be fulfilled on ${qualified(kind.plural, kind.group)} "${name}": ${why ?? modified}`;
  return new ApiError(409, "Conflict", message, detailsOf(kind, name));
}

/** 422, with what is wrong field by field. */
export function invalid(kind: Named, name: string, causes: readonly Cause[]): ApiError {
  const lines = causes.map(({ field, message }) => `${field}: ${message}`);
  const [first = ""] = lines;
  const message = `${qualified(kind.kind, kind.group)} "${name}" is invalid: ${lines.length > 1 ? `[${lines.join(", ")}]` : first}`;
  return new ApiError(422, "Invalid", message, {
    ...detailsOf(kind, name),
    kind: kind.kind,
    causes: causes.map((cause) => ({ ...cause })),
  });
}

/** 400 */
export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

/** 403 of an admission. */
export function forbidden(kind: Named, name: string, why: string, causes: readonly Cause[] = []): ApiError {
  const message = `${qualified(kind.plural, kind.group)} "${name}" is forbidden: ${why}`;
  return new ApiError(403, "Forbidden", message, {
    ...detailsOf(kind, name),
    ...(causes.length > 0 && { causes: causes.map((cause) => ({ ...cause })) }),
  });
}

/** 405 */
export function notAllowed(): ApiError {
  const message = "the server does not allow this method on the requested resource";
  return new ApiError(405, "MethodNotAllowed", message, {});
}

/** 410 of a version that is not known any more. */
export function gone(message: string): ApiError {
  return new ApiError(410, "Expired", message);
}
