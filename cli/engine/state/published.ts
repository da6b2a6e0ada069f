/**
 * What the file in the repository shows to who cannot open it. Judged by its bytes: what sops leaves in clear is decided by
 * rules in `.sops.yaml` that others may have written, and by the file itself.
 */
import { parseYaml, YamlError } from "../../../config/yaml.ts";
import { CliError } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";
import type { Secrets } from "./secrets-schema.ts";

/** A value as sops writes it (https://getsops.io/docs/#encryption-protocol). */
const ENCRYPTED = /^ENC\[AES256_GCM,data:[A-Za-z0-9+/=]+,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:\w+\]$/;

/** Public by what they are. */
const PUBLIC = /^(?:version|userKey\.public|hostKeys\.[^.]+\.public)$/;

/** The first line of each key (`openssh-key-v1`), which is the same in all. */
const KEY_BEGINS = "b3BlbnNzaC1rZXktdjE";

/** A shorter one may stand in anything, such as the end of a key's last line. */
const SHORTEST = 16;

/** What sops writes about the encryption; its lists of keys are public too. */
const METADATA = "sops";

type Leaf = readonly [path: string, value: unknown];

function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (typeof value !== "object" || value === null) return [[path.join("."), value]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** The document without the metadata; undefined for what is no file of sops. */
function documentOf(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null || !(METADATA in value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== METADATA));
}

/**
 * Paths of secrets that stand in clear in a file of sops, such as `userKey.private`. None for a text that is no such file:
 * sops says what is wrong with that.
 */
export function shownIn(text: string): readonly string[] {
  const document = documentOf(text);
  if (document === undefined) return [];
  return leavesOf(document)
    .filter(([path, value]) => !PUBLIC.test(path) && !(typeof value === "string" && ENCRYPTED.test(value)))
    .map(([path]) => path);
}

/** Paths of secrets of which a line stands somewhere in a text, whatever it looks like. */
function knownIn(text: string, secrets: Secrets): readonly string[] {
  const folded = text.replaceAll(/\s/g, "");
  const lines = (value: string): readonly string[] =>
    value
      .split("\n")
      .filter((line) => line.length >= SHORTEST && !line.startsWith("-----") && !line.startsWith(KEY_BEGINS));
  return leavesOf(secrets)
    .filter(([path, value]) => !PUBLIC.test(path) && lines(String(value)).some((line) => folded.includes(line)))
    .map(([path]) => path);
}

function listed(paths: readonly string[]): string {
  return list(paths.length > 4 ? [...paths.slice(0, 3), `${paths.length - 3} more`] : paths);
}

const RULE = "`path_regex: secrets\\.sops\\.yaml$` and `unencrypted_regex: ^(version|public)$`, before all others";

/**
 * Of a text that is still to be written.
 *
 * @throws CliError where a secret can be read in it
 */
export function requireHidden(name: string, text: string, secrets: Secrets): void {
  const shown = [...new Set([...shownIn(text), ...knownIn(text, secrets)])];
  if (documentOf(text) === undefined)
    throw new CliError(`${name}: what sops gave is no file of sops, so nothing was written`);
  if (shown.length === 0) return;
  throw new CliError(
    `.sops.yaml has sops leave ${listed(shown)} in clear, so nothing was written: give ${name} a rule of its own there, with ${RULE}`,
  );
}

/**
 * Of a file that is there.
 *
 * @throws CliError where a secret can be read in it
 */
export function requireHiddenIn(name: string, text: string): void {
  const shown = shownIn(text);
  if (shown.length === 0) return;
  throw new CliError(
    `${name} shows ${listed(shown)} in clear to who can read it: give it a rule of its own in .sops.yaml, with ${RULE}; ` +
      "encrypt it by `npx lab secrets rotate --data-key`; if anybody has seen it, rotate what was shown too",
  );
}
