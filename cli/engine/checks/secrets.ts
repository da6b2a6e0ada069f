/** Checks the lab's secrets: readable, complete, matching pairs, and not published. */
import { statSync } from "node:fs";
import { relative } from "node:path";
import { planTopology } from "../../../topology/plan.ts";
import { capture } from "../../clients/processes.ts";
import { asCliError } from "../../ui/errors.ts";
import { fail, failure, type Finding, ok, warn } from "../../ui/findings.ts";
import { list } from "../../ui/words.ts";
import { shownIn } from "../state/published.ts";
import { plainSecretsFile, readSecrets, type SecretsFile } from "../state/secrets-file.ts";
import { hostsWithoutKey, type Secrets } from "../state/secrets-schema.ts";
import { belongTogether } from "../../../sandbox/pki/ssh-key.ts";
import { inClear } from "../state/sops.ts";
import { configOf } from "../synth/config.ts";
import type { Project } from "../synth/project.ts";
import { recipientFindings } from "./recipients.ts";

async function password({ rootPassword, rootPasswordHash }: Secrets): Promise<Finding> {
  const { verify } = await import("unixcrypt");
  if (verify(rootPassword, rootPasswordHash)) return ok("root password", "its hash is its own");
  return fail(
    "root password",
    "its hash is that of another password",
    "make both anew: npx lab secrets rotate --root-password",
  );
}

function keys({ userKey, hostKeys }: Secrets): Finding {
  const torn = Object.entries({ "the lab's": userKey, ...hostKeys }).filter(([, key]) => !belongTogether(key));
  if (torn.length === 0) return ok("SSH keys", `${1 + Object.keys(hostKeys).length} pairs that belong together`);
  return fail(
    "SSH keys",
    `public and private do not belong together: ${list(torn.map(([name]) => name))}`,
    "make them anew: npx lab secrets rotate --ssh-key, or --host-keys",
  );
}

function completeness(secrets: Secrets, { kind }: SecretsFile, { hosts, encryptedState, existing }: Wanted): Finding {
  const signIn = { token: secrets.proxmoxToken, password: secrets.proxmoxPassword };
  if (existing !== null && signIn[existing] === undefined)
    return fail("complete", `no ${existing} of the Proxmox VE hosts`, "npx lab secrets proxmox takes it");
  const missing = [
    ...hostsWithoutKey(secrets, hosts),
    ...(encryptedState && secrets.statePassphrase === undefined ? ["the passphrase of encrypted states"] : []),
    // In clear it is made when it is first wanted.
    ...(kind === "sops" && secrets.reviewSecret === undefined ? ["the secret for reviewed plans"] : []),
  ];
  if (missing.length === 0)
    return ok(
      "complete",
      existing === null ? `a host key for ${list(hosts)}` : `the ${existing} of the Proxmox VE hosts`,
    );
  return fail("complete", `missing: ${list(missing)}`, "npx lab secrets init adds it");
}

/** The output of git; null where there is no git, no repository, or nothing to be said. */
async function git(folder: string, args: readonly string[]): Promise<string | null> {
  const { error, stdout } = await capture("git", args, { cwd: folder });
  return error === null ? stdout : null;
}

/** The first commit, or the index, in which a secret can be read; a file that was never encrypted is one of these. */
async function shownBy(folder: string, file: string): Promise<string | null> {
  const commits = ((await git(folder, ["rev-list", "--all", "--", file])) ?? "").split("\n");
  for (const commit of ["", ...commits.filter((line) => line !== "")]) {
    const text = await git(folder, ["show", `${commit}:./${file}`]);
    if (text === null || (!inClear(text) && shownIn(text).length === 0)) continue;
    return commit === "" ? "the index" : `commit ${commit.slice(0, 12)}`;
  }
  return null;
}

async function inGit(project: Project, place: SecretsFile): Promise<readonly Finding[]> {
  const clear = relative(project.home, plainSecretsFile(project.data).file);
  const own = relative(project.home, place.file);
  const tracked = await git(project.home, ["ls-files", "--", clear, own]);
  if (tracked === null) return [];
  const files = tracked.split("\n");
  if (files.includes(clear))
    return [fail("git", `${clear} is committed, in clear`, "take it out of git's history, and rotate all of it")];
  if (place.kind === "plain")
    return [
      (await git(project.home, ["check-ignore", "-q", "--", clear])) === null
        ? warn("git", `does not ignore ${clear}, which is in clear`, `add ${clear} to .gitignore`)
        : ok("git", "knows nothing of them"),
    ];
  const shown = await shownBy(project.home, own);
  if (shown !== null)
    return [
      fail("git", `${own} can be read in ${shown}`, "take it out of git's history, and rotate all that was shown"),
    ];
  return [
    files.includes(own)
      ? ok("git", `has ${own}, encrypted`)
      : warn("git", `has no ${own}`, `git add ${own} .sops.yaml`),
  ];
}

/** Others' rights to the file in clear. */
function rights({ file }: SecretsFile): Finding {
  const name = relative(process.cwd(), file);
  if (process.platform === "win32" || (statSync(file).mode & 0o077) === 0)
    return ok("secrets", `${name}, in clear, for you alone`);
  return fail("secrets", `${name}, in clear, can be read by others`, `chmod 600 ${name}`);
}

/** A line for each thing that can be wrong. */
export async function checkSecrets(project: Project, place: SecretsFile, wanted: Wanted): Promise<readonly Finding[]> {
  const name = relative(process.cwd(), place.file);
  let secrets: Secrets | null;
  try {
    secrets = await readSecrets(place);
  } catch (error) {
    return [failure("secrets", error, "see docs/secrets.md"), ...(await inGit(project, place))];
  }
  if (secrets === null)
    return [warn("secrets", "none yet", "a deploy makes them in clear; `npx lab secrets init` makes them encrypted")];
  return [
    ...(place.kind === "sops"
      ? [ok("secrets", `${name}, encrypted`), ...recipientFindings(place.file)]
      : [rights(place)]),
    completeness(secrets, place, wanted),
    await password(secrets),
    keys(secrets),
    ...(await inGit(project, place)),
  ];
}

/** What the lab's config wants of its secrets. */
export interface Wanted {
  /** All that has an SSH host key. */
  readonly hosts: readonly string[];
  /** Whether states are encrypted. */
  readonly encryptedState: boolean;
  /** What it signs in with to Proxmox VE hosts that are there already; null where it makes them. */
  readonly existing: "token" | "password" | null;
}

/** @throws CliError for a config that cannot be used */
export async function wantedBy(project: Project): Promise<Wanted> {
  try {
    const { placement, hosts, micro, config } = planTopology(await configOf(project));
    const { state } = config;
    return {
      hosts: [...(placement === "existing" ? [] : hosts), ...(micro ? [micro] : [])].map(({ name }) => name),
      existing: config.proxmox?.api.auth ?? null,
      encryptedState: state.backend !== "oci" && (state.encryption ?? false),
    };
  } catch (error) {
    throw asCliError(error);
  }
}
