/** Parameters of a call. */
import { ServiceRefusal } from "./refusals.ts";

/** A parameter that a call cannot do without. @throws ServiceRefusal 400 */
export function needed(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value) return value;
  throw new ServiceRefusal(400, "MissingParameter", `The query parameter ${name} is required.`, "");
}
