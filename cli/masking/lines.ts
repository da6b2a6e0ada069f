/** Masks what is written piece by piece: nothing gets through because it was cut in two. */
import { masked, SENSITIVE } from "./masker.ts";
import { endsInKey } from "./private-keys.ts";

/** Lines of a private key that was begun in an earlier piece, with whatever stands in front of each. */
const KEY_LINE = /[A-Za-z0-9+/=]{16,}/g;
const LAST_KEY_LINE = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]+={0,2}\s*$/;
const KEY_FIELD = /^[\w-]+: |^\s*$/;

/** A line after the first of a private key, masked, and whether the key goes on below it. */
function keyLine(line: string): { readonly shown: string; readonly goesOn: boolean } {
  if (line.includes("-----END ")) return { shown: masked(line), goesOn: false };
  const hidden = line.replaceAll(KEY_LINE, SENSITIVE);
  if (hidden !== line || KEY_FIELD.test(line)) return { shown: masked(hidden), goesOn: true };
  // The last one is shorter, or this is no key any more.
  return { shown: masked(line.replace(LAST_KEY_LINE, SENSITIVE)), goesOn: false };
}

export interface LineMask {
  /** @returns what can be written of it now */
  take(text: string): string;
  /** @returns what was held back */
  rest(): string;
}

/**
 * @param patient whether a line that has not ended is held back until it has; a terminal cannot wait, as questions are
 * such lines, but all that is written to it here is written whole
 */
export function lineMask(patient: boolean): LineMask {
  let held = "";
  let inKey = false;

  const write = (text: string): string => {
    let rest = text;
    let result = "";
    while (inKey && rest !== "") {
      const end = rest.indexOf("\n") + 1 || rest.length;
      const line = rest.slice(0, end).replace(/\r?\n$/, "");
      const { shown, goesOn } = keyLine(line);
      inKey = goesOn;
      result += shown + rest.slice(line.length, end);
      rest = rest.slice(end);
    }
    if (endsInKey(rest)) inKey = true;
    return result + masked(rest);
  };

  return {
    take(text) {
      const end = patient ? text.lastIndexOf("\n") + 1 : text.length;
      if (end === 0) {
        // Only what is new is looked through: a line may come in a hundred thousand pieces.
        held += text;
        return "";
      }
      const whole = held + text.slice(0, end);
      held = text.slice(end);
      return write(whole);
    },
    rest() {
      const text = held;
      held = "";
      return write(text);
    },
  };
}
