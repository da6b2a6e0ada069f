/** Secrets that a test plants, or lets the providers make, and the search for them in whatever came out. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** By where it was put. */
export type Canaries = Readonly<Record<string, string>>;

/** Not the masker's own list of forms: it is the masker that is looked through. */
function traces(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  const lines = secret.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----"));
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...base64, ...lines].filter(
    (text) => text.length >= 12,
  );
}

/** Where each canary is that can be found, as `what it is: where`. */
export function foundIn(output: Readonly<Record<string, string>>, canaries: Canaries): readonly string[] {
  return Object.entries(canaries).flatMap(([name, secret]) =>
    Object.entries(output).flatMap(([place, text]) =>
      traces(secret).some((trace) => text.includes(trace)) ? [`${name}: ${place}`] : [],
    ),
  );
}

/** Files that hold secrets by what they are; each of them is for its owner only. */
const SECRET_BY_NATURE = /^\.sandbox\/|\.terraform\//;

/** All other files of a lab. */
export function filesOf(home: string): Readonly<Record<string, string>> {
  const names = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
    .filter((name) => !SECRET_BY_NATURE.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(home, name), "latin1")]));
}

interface Instance {
  readonly attributes: Readonly<Record<string, unknown>>;
}

function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

const GENERATED = /^talos_machine_secrets\..*(key|secret|token)$|client_key$|^proxmox_user_token\.value$/;

/** What the providers have made, from the states. */
export function generated(home: string): Canaries {
  const folder = join(home, ".sandbox", "state");
  const found = readdirSync(folder)
    .filter((name) => name.endsWith(".tfstate"))
    .flatMap((name) => {
      const { resources } = JSON.parse(readFileSync(join(folder, name), "utf8"));
      return resources.flatMap(({ type, instances }: { type: string; instances: readonly Instance[] }) =>
        instances.flatMap(({ attributes }) => leaves(attributes, type)),
      );
    })
    .filter(([path]: readonly [string, string]) => GENERATED.test(path))
    // Of a token only what follows its name is a secret.
    .map(([path, value]: readonly [string, string]) => [path, value.replace(/^.*!.*=/, "")]);
  return Object.fromEntries(found);
}
