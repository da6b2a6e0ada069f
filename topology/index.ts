/** What the rest of the lab takes from topology/. */
export { planTopology } from "./plan.ts";
export type * from "./types.ts";
