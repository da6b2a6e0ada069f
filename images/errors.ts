/** Small helpers for errors of files and schemas. Not by `instanceof`: an error may come from another realm. */
import { z } from "zod";

/** There is no such file. */
export function isMissing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
}

/** The message of anything thrown, on one line. */
export function oneLine(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll(/\s*\n\s*/g, " ");
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
}
