import { fileURLToPath } from "node:url";
import type { LabConfig } from "../../config/schema.ts";
import { displayName, originOf } from "../../config/where.ts";
import { FreeTierError } from "../free-tier/guard.ts";
import { LabError } from "./error.ts";

function isExtension<Lab>(value: unknown): value is (lab: Lab) => unknown {
  return typeof value === "function";
}

/** `file.ts:12`, of the first line of code in an error's stack that is not of a library; else undefined. */
function placeOf({ stack = "" }: Error): string | undefined {
  const frames = stack.matchAll(/^\s+at .*?(?<url>file:\/\/[^\s)]+?):(?<line>\d+):\d+\)?$/gm);
  const [first] = [...frames].flatMap(({ groups }) => (groups?.["url"]?.includes("/node_modules/") ? [] : [groups]));
  return first?.["url"] && `${displayName(fileURLToPath(first["url"]))}:${first["line"]}`;
}

/**
 * Has the config's `extend` add to a lab.
 *
 * @throws Error in one line that says where, for whatever it throws; LabError and FreeTierError as they are
 */
export function extended<Lab>(config: LabConfig, lab: Lab): void {
  const { extend } = config;
  if (!isExtension<Lab>(extend)) return;
  let result: unknown;
  try {
    result = extend(lab);
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof LabError || cause instanceof FreeTierError) throw cause;
    const message = cause.message.replaceAll(/\s+/g, " ");
    throw new Error(`${placeOf(cause) ?? originOf(config)}: extend: ${message}`, { cause });
  }
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new Error(`${originOf(config)}: extend: got an async function, allowed one that is done when it returns`);
  }
}
