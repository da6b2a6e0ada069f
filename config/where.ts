/** Files as error lines name them. */
import { relative } from "node:path";

/** Relative where the file lies under the working directory, else in full. */
export function displayName(file: string): string {
  const near = relative(process.cwd(), file);
  return near === "" || near.startsWith("..") ? file : near;
}
