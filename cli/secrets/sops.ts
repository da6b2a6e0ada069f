/** The program sops (https://getsops.io): reads and writes the encrypted file, so that its format is sops' own. */
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { withPaths } from "../environment.ts";
import { CliError, codeOf } from "../errors.ts";
import { readIfThere } from "../files.ts";
import { learn } from "../masking/masker.ts";

/** Of sops: since then it encrypts what it reads from its standard input. */
const OLDEST = "3.10";

/** Where sops looks for them. */
const KEYS = "SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, keys.txt of sops";

/** What a file of our secrets has in it that is not encrypted; a file that was cut off has not. */
const IN_CLEAR = /-----BEGIN OPENSSH|\$6\$/;

/** Whether a text has private keys or hashes of ours in it, whatever else it is. */
export function inClear(text: string): boolean {
  return IN_CLEAR.test(text);
}

/** What sops says, as what to do. */
function explained(file: string, said: string): string {
  const name = basename(file);
  const told: readonly (readonly [RegExp, string])[] = [
    [
      /MAC mismatch|Could not decrypt value|unmarshalling input/,
      `${name} was changed by something other than sops: bring it back with \`git checkout ${name}\``,
    ],
    [
      /sops metadata not found/,
      inClear(readIfThere(file) ?? "")
        ? `${name} is not encrypted, so its secrets are known to who can read it: delete it, and make others with \`npx lab secrets init\``
        : `${name} is not whole: bring it back with \`git checkout ${name}\``,
    ],
    [
      /no matching creation rules|config file not found/,
      `.sops.yaml has no rule for ${name}: add one with \`path_regex: secrets\\.sops\\.yaml$\` and the recipients' age keys`,
    ],
    [
      /Failed to get the data key/,
      `${name} cannot be opened: none of your keys (${KEYS}) is among its recipients; who can open it adds yours to .sops.yaml and runs \`npx lab secrets rotate --data-key\``,
    ],
  ];
  const [first = ""] = said.trim().split("\n");
  const known = told.find(([pattern]) => pattern.test(said));
  return known?.[1] ?? `${name}: sops ${OLDEST} or newer is needed, and this one says: ${first || "nothing"}`;
}

/** Runs sops in the folder of the file, where it finds `.sops.yaml`. */
async function sops(file: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "sops",
      ["--disable-version-check", ...args],
      { cwd: dirname(file), env: withPaths(process.env), encoding: "utf8", maxBuffer: 16 << 20 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (codeOf(error) === "ENOENT")
          reject(
            new CliError(
              `${basename(file)} is read by sops, which is not on PATH: \`nix develop\` has it, or https://getsops.io/docs`,
            ),
          );
        else reject(new CliError(explained(file, stderr)));
      },
    );
    // One that ends before it has read all says why itself.
    child.stdin?.on("error", () => undefined).end(input);
  });
}

/** The file's content as JSON text. In memory alone. */
export async function decrypt(file: string): Promise<string> {
  const text = await sops(file, ["decrypt", "--output-type", "json", basename(file)]);
  learn(text);
  return text;
}

/** The same of a text that is to become the file. It goes by a file beside it, as sops reads none from a pipe everywhere. */
export async function decryptText(file: string, encrypted: string): Promise<string> {
  const temporary = `${file}.${process.pid}.new`;
  try {
    writeFileSync(temporary, encrypted, { mode: 0o600 });
    return await sops(file, ["decrypt", "--input-type", "yaml", "--output-type", "json", basename(temporary)]);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Text for the file, of JSON text, for the recipients that `.sops.yaml` names. */
export async function encrypt(file: string, json: string): Promise<string> {
  const types = ["--input-type", "json", "--output-type", "yaml"];
  return sops(file, ["encrypt", "--filename-override", basename(file), ...types], json);
}
