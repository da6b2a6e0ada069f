/** How the app ended, as an error where it did not end well. */
import { AlreadyTold, CliError } from "../errors.ts";

/** The app would not have its config, and has said why. */
export class AppRefused extends AlreadyTold {
  readonly said: string;

  constructor(said: string) {
    super();
    this.said = said;
  }
}

/**
 * The app says on stderr what is wrong with its config, so an exit code of 1 is passed on without another word.
 *
 * @param end its exit code, or the signal that ended it
 * @throws AppRefused with what it said
 */
export function requireGoodEnd(app: string, end: number | NodeJS.Signals, said: string): void {
  if (end === 0) return;
  if (end === 1) throw new AppRefused(said.trim());
  const how = typeof end === "number" ? `exit code ${end}` : end;
  throw new CliError(`the app (${app}) ended with ${how}: nothing was synthesized`);
}
