/** What keeps an image from being uploaded; each message is one line for people. */

/** A problem that a person can act on. */
export class UploadError extends Error {
  override readonly name: string = "UploadError";
}

/** Ended by the signal; what had arrived stays in the bucket, and the next upload goes on from there. */
export class UploadInterrupted extends UploadError {
  override readonly name = "UploadInterrupted";
}

/** A request that came to nothing. */
export class RequestError extends UploadError {
  /** The message without what to do about it. */
  readonly trouble: string;

  constructor(trouble: string, advice: string) {
    super(advice === "" ? trouble : `${trouble}; ${advice}`);
    this.trouble = trouble;
  }
}

/** Object Storage answered, and did not do what it was asked for. */
export class ServiceError extends RequestError {
  override readonly name = "ServiceError";
  /** HTTP status. */
  readonly status: number;
  /** How long Object Storage asks to wait before the next attempt. */
  readonly retryAfterMs: number;

  constructor(trouble: string, advice: string, status: number, retryAfterMs: number) {
    super(trouble, advice);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Object Storage did not answer: no network, no such host, connection lost. */
export class UnreachableError extends RequestError {
  override readonly name = "UnreachableError";
}

/** Null instead of an answer with this status; everything else is thrown on. */
export async function nullOn<T>(status: number, answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ServiceError && error.status === status) return null;
    throw error;
  }
}
