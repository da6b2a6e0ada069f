/** Secrets that are there before anything is done: of the lab, and in the environment: ours, of clouds, of CI, and whatever is called like one. */
import { readIfThere } from "../files.ts";
import { learn } from "./masker.ts";

/** OCI_CLI_KEY_CONTENT, AWS_SECRET_ACCESS_KEY, GITHUB_TOKEN, SOPS_AGE_KEY, TF_VAR_root_password … */
const SECRET =
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|AGE_KEY|KEY_CONTENT|CREDENTIAL|ENCRYPTION/i;
/** What only says where one is. */
const PLACE = /_(?:FILE|PATH|DIR|URL|URI|ENDPOINT|SOCK|CMD|COMMAND|RECIPIENTS?)$/i;
/** In TF_ENCRYPTION, which is HCL or JSON: `passphrase = "…"`. */
const FIELD = /(?:passphrase|key|token|secret\w*)["']?\s*[:=]\s*"((?:[^"\\]|\\.)+)"/g;

/** Has these masked from now on. */
export function learnEnvironment(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !SECRET.test(name) || PLACE.test(name)) continue;
    learn(value);
    for (const [, field] of value.matchAll(FIELD)) learn(field);
  }
}

/** Has the lab's own secrets masked from now on. A file that cannot be read teaches nothing: whoever needs it says so. */
export function learnSecretsFile(file: string): void {
  try {
    learn(JSON.parse(readIfThere(file) ?? "{}"));
  } catch {
    // Damaged, or not ours to read.
  }
}
