/** Catches the faults of a config file outside of its own evaluation: rejections, late errors, waiting for ever, changes of shared objects. */
import { setImmediate as turn } from "node:timers/promises";
import { ConfigFileError } from "./errors.ts";

/** A config may wait for something outside. */
const PATIENCE_MS = 60_000;

const SHARED: readonly (readonly [string, object])[] = [
  ["Object.prototype", Object.prototype],
  ["Array.prototype", Array.prototype],
];

/** Takes back what was added. @returns what that was */
function takeBack(before: readonly (readonly PropertyKey[])[]): readonly string[] {
  return SHARED.flatMap(([name, shared], index) =>
    Reflect.ownKeys(shared)
      .filter((key) => !before[index]?.includes(key))
      .map((key) => {
        Reflect.deleteProperty(shared, key);
        return `${name}.${String(key)}`;
      }),
  );
}

/**
 * Evaluates, and fails with whatever the module has thrown by the time it is evaluated.
 *
 * @param where the config file as people know it
 * @throws what the module throws, or that rejected without anybody listening; ConfigFileError where it never comes to an end
 */
export async function guarded<T>(evaluate: () => Promise<T>, where: string): Promise<T> {
  const before = SHARED.map(([, shared]) => Reflect.ownKeys(shared));
  let fail: (error: unknown) => void = () => undefined;
  const trouble = new Promise<never>((_resolve, reject) => (fail = reject));
  const endless = (): void => fail(new ConfigFileError(where, "a top-level await in it never settles"));
  // A second reader of the same config gets the result of the first, as it is one module.
  const first = !process.hasUncaughtExceptionCaptureCallback();
  if (first) process.setUncaughtExceptionCaptureCallback(fail);
  // Nothing is left to do, and still it waits.
  process.once("beforeExit", endless);
  const timer = setTimeout(endless, PATIENCE_MS).unref();
  try {
    const evaluated = evaluate().then(async (exports) => {
      // A rejection is reported at the end of the turn.
      await turn();
      return exports;
    });
    const exports = await Promise.race([evaluated, trouble]);
    const added = takeBack(before);
    if (added.length > 0) throw new ConfigFileError(where, `adds ${added.join(", ")}, which all objects share`);
    return exports;
  } finally {
    clearTimeout(timer);
    process.off("beforeExit", endless);
    if (first) process.setUncaughtExceptionCaptureCallback(null);
    takeBack(before);
  }
}
