/** Parses `--providers`: the stand-in or the real provider, for each system of the sandbox. */

/** The systems, in the order of the stacks. */
export const SYSTEMS = ["oci", "proxmox", "talos"] as const;
/** One of these. */
export type System = (typeof SYSTEMS)[number];

const CHOICES = ["real", "stand-in", "auto"] as const;
type Choice = (typeof CHOICES)[number];
/** Which provider plays each system. */
export type Choices = Readonly<Record<System, Choice>>;

/** Fast, and needs no network. */
export const ALL_STAND_INS: Choices = { oci: "stand-in", proxmox: "stand-in", talos: "stand-in" };

const ALLOWED = "allowed real, stand-in or auto, for all or by provider: oci=stand-in,proxmox=real,talos=auto";

function isSystem(text: string): text is System {
  return SYSTEMS.some((system) => system === text);
}

function choiceOf(text: string, item: string): Choice {
  const found = CHOICES.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new Error(item === text ? ALLOWED : `${item}: ${ALLOWED}`);
}

/**
 * Reads what was given: one choice for all, or one by provider; providers that are not named have the stand-in.
 *
 * @throws Error, one line: what of it is wrong, and what is allowed
 */
export function parseChoices(text: string): Choices {
  if (!text.includes("=")) {
    const choice = choiceOf(text, text);
    return { oci: choice, proxmox: choice, talos: choice };
  }
  const named = new Map<System, Choice>();
  for (const item of text.split(",")) {
    const [name = "", choice = "", ...more] = item.split("=");
    if (!isSystem(name) || more.length > 0) throw new Error(`${item}: ${ALLOWED}`);
    if (named.has(name)) throw new Error(`${name} is there twice`);
    named.set(name, choiceOf(choice, item));
  }
  return { ...ALL_STAND_INS, ...Object.fromEntries(named) };
}
