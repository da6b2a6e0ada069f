/** Secrets that are there before anything is done: the lab's own, and credentials in the environment. */
import { readIfThere } from "../files.ts";
import { learn } from "./masker.ts";

/** OCI_CLI_KEY_CONTENT, AWS_SECRET_ACCESS_KEY, GITHUB_TOKEN, GH_PAT, DOCKER_AUTH_CONFIG, SOPS_AGE_KEY, TF_VAR_root_password … */
const SECRET =
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|AGE_KEY|KEY_CONTENT|AUTH_CONFIG|(?:^|_)(?:PAT|PASS)$|_PWD$/i;
/** What only says where one is. */
const PLACE = /_(?:FILE|PATH|DIR|URL|URI|ENDPOINT|SOCK|CMD|COMMAND|RECIPIENTS?)$/i;
/** In TF_ENCRYPTION, which is HCL or JSON and mostly no secret: `passphrase = "…"`. */
const FIELD = /(?:passphrase|key|token|secret\w*)["']?\s*[:=]\s*"((?:[^"\\]|\\.)+)"/g;

/** Has these masked from now on. */
export function learnEnvironment(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) if (SECRET.test(name) && !PLACE.test(name)) learn(value);
  for (const [, value] of (env["TF_ENCRYPTION"] ?? "").matchAll(FIELD)) learn(value);
}

/** Has the lab's own secrets masked from now on. A file that cannot be read teaches nothing: whoever needs it says so. */
export function learnSecretsFile(file: string): void {
  try {
    learn(JSON.parse(readIfThere(file) ?? "{}"));
  } catch {
    // Damaged, or not ours to read.
  }
}
