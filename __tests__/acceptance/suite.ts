/** A suite of somebody else's acceptance tests, and what its functions are run against. */
export interface Suite {
  /** Go packages of the checkout: those of what the sandbox plays. */
  readonly packages: readonly string[];
  /** Build tags. */
  readonly tags: string;
  open(): Promise<Place>;
}

/** A sandbox of the suite's own. */
export interface Place {
  /** Has the world as it was first. @returns the environment of a function */
  fresh(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}
