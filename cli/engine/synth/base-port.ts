/** The first of a lab's loopback ports in the sandbox, as it has written it down: they stand in its states. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readIfThere } from "../../ui/files.ts";
import type { Project } from "./project.ts";

/** Where a lab in the sandbox writes it down, below `.sandbox`. */
export const BASE_PORT_FILE = "base-port";

/** The port in such a file; undefined where there is none. */
export function basePortIn(data: string): number | undefined {
  const port = Number(readIfThere(join(data, BASE_PORT_FILE)) ?? "");
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

/** Whether its ports can be others no more: something was deployed, so they stand in its states. */
export function hasSettled({ sandbox, data }: Pick<Project, "sandbox" | "data">): boolean {
  return !sandbox || (basePortIn(data) !== undefined && existsSync(join(data, "state")));
}

/** Undefined where none was taken yet, and on an account, where the config alone says it. */
export function ownBasePort({ sandbox, data }: Pick<Project, "sandbox" | "data">): number | undefined {
  return sandbox ? basePortIn(data) : undefined;
}
