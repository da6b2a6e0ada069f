/** How Proxmox VE says no: an HTTP status, a message, and for a bad parameter what is wrong with it. */
export class PveError extends Error {
  readonly status: number;
  readonly parameters: Readonly<Record<string, string>> | undefined;

  constructor(status: number, message: string, parameters?: Readonly<Record<string, string>>) {
    super(message);
    this.name = "PveError";
    this.status = status;
    this.parameters = parameters;
  }
}

/** What a Perl `die` becomes. */
export function failure(message: string): PveError {
  return new PveError(500, message);
}

/** What is wrong with parameters, by name. */
export function badParameter(parameters: Readonly<Record<string, string>>): PveError {
  return new PveError(400, "Parameter verification failed.", parameters);
}

/** Does something whose failure is told with what failed before it: `delete pool failed: …`. Bad parameters are told as they are. */
export function within<T>(prefix: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (prefix === undefined || !(error instanceof PveError) || error.parameters) throw error;
    throw new PveError(error.status, `${prefix}${error.message}`);
  }
}
