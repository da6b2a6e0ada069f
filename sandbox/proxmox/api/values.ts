/** Parameters as values, and values as PVE prints them. */
import { createHash } from "node:crypto";
import type { Data, Parameters } from "./http.ts";

/** A parameter of type boolean. */
export function flag(parameters: Parameters, name: string): boolean | undefined {
  const value = parameters[name];
  return value === undefined ? undefined : value === "1";
}

/** A parameter of type integer or number. */
export function number(parameters: Parameters, name: string): number | undefined {
  const value = parameters[name];
  return value === undefined ? undefined : Number(value);
}

/** Only what is set. */
export function given<T extends string | number | boolean>(name: string, value: T | undefined): Record<string, T> {
  return value === undefined ? {} : { [name]: value };
}

/** Text that PVE leaves out where it is empty. */
export function unlessEmpty(name: string, value: string | null | undefined): Record<string, string> {
  return value ? { [name]: value } : {};
}

/** Text in a line of `user.cfg`: its blanks at both ends are lost when that is read. */
export const lineText = (text: string | undefined): string | undefined => text?.trim();

/** A boolean as PVE prints it. */
export function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** What a client may send back to be sure that nobody else changed anything. */
export function digestOf(value: unknown): string {
  return createHash("sha1").update(JSON.stringify(value)).digest("hex");
}

/** The part of a list that `start` and `limit` ask for. */
export function part<T>(all: readonly T[], parameters: Parameters, normal: number): readonly T[] {
  const start = number(parameters, "start") ?? 0;
  const limit = number(parameters, "limit") ?? normal;
  return limit === 0 ? all.slice(start) : all.slice(start, start + limit);
}

/** An empty list. */
export const nothing = (): Data => [];
