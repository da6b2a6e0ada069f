import type { Outcome } from "./outcome.ts";

/** Files of a checkout as they are to be built, by path: with another text, or null for one that is left out. */
export type Overlay = Readonly<Record<string, string | null>>;

/** A suite of somebody else's acceptance tests, and what its functions are run against. */
export interface Suite {
  /** Go packages of the checkout: those of what the sandbox plays. */
  readonly packages: readonly string[];
  /** Build tags. */
  readonly tags: string;
  /** Which functions of a file it has. @default those that begin with TestAcc */
  has?(file: string, name: string): boolean;
  /** True where the functions of a package build on each other: they share a world, in the package's order. */
  readonly together?: true;
  /** Functions that fail against the real service too, by the reason. */
  readonly asThere?: Readonly<Record<string, RegExp>>;
  /** What of the checkout is adapted; the checkout stays as it is. */
  overlay?(source: string): Overlay;
  open(): Promise<Place>;
}

/** A sandbox of the suite's own. */
export interface Place {
  /** Has the world as it was first. @returns the environment of a function */
  fresh(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/** One command that is run. */
export interface Case {
  readonly name: string;
  run(env: Readonly<Record<string, string>>): Promise<Outcome & { readonly output: string }>;
}

/** A suite of commands of a program, in place of test functions. */
export interface CommandSuite {
  /** @param source a checkout, or a folder with the program @param programs a folder for what is built */
  cases(source: string, programs: string, wanted: RegExp): Promise<readonly Case[]>;
  open(): Promise<Place>;
}
