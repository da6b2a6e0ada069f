/** `lab secrets rotate`: replaces secrets of the lab. */
import type { Secrets } from "../../engine/state/secrets-schema.ts";
import { type CommandContext, type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";
import { refuseSandbox } from "./secrets-init.ts";
import { confirm } from "../../ui/terminal.ts";

interface SecretsRotateOptions extends CommonOptions {
  readonly rootPassword?: boolean;
  readonly sshKey?: boolean;
  readonly hostKeys?: boolean;
  /** What vouches for reviewed plans: those that were saved before are good no more. */
  readonly reviewSecret?: boolean;
  /** What the file itself is encrypted with, for those that `.sops.yaml` names now. */
  readonly dataKey?: boolean;
  readonly yes?: boolean;
}

/** Hosts get secrets by cloud-init, which runs once, and no deploy makes a host anew for them. */
const REACHES_HOSTS =
  "Hosts get it at their first boot alone: one that runs keeps what it has, and nothing here gets in any more. " +
  "Destroy the lab before, and deploy it again after; or do to each host what cloud-init would do.";

function checked(options: SecretsRotateOptions, named: readonly string[]): void {
  const { rootPassword, sshKey, hostKeys, reviewSecret, dataKey } = options;
  if (named.length > 0 && !hostKeys) throw new CliError(`${list(named)}: hosts are named for --host-keys alone`);
  if (!rootPassword && !sshKey && !hostKeys && !reviewSecret && !dataKey)
    throw new CliError(
      "say what to rotate: --root-password, --ssh-key, --host-keys, --review-secret, --data-key; several if you like",
    );
}

async function rotated(known: Secrets, hosts: readonly string[], options: SecretsRotateOptions): Promise<Secrets> {
  const { newHostKeys, newPassphrase, newRootPassword, newUserKey } =
    await import("../../engine/state/secrets-schema.ts");
  return {
    ...known,
    ...(options.rootPassword && (await newRootPassword())),
    ...(options.sshKey && { userKey: newUserKey() }),
    ...(options.reviewSecret && { reviewSecret: newPassphrase() }),
    ...(options.hostKeys && { hostKeys: { ...known.hostKeys, ...newHostKeys(hosts) } }),
  };
}

async function approved({ terminal, interruption }: CommandContext, what: string): Promise<boolean> {
  if (!terminal.interactive)
    throw new CliError("lab secrets rotate asks first, and there is no terminal to ask on: pass --yes");
  return confirm(terminal, `rotate ${what}`, interruption.signal);
}

async function secretsRotate(options: SecretsRotateOptions, named: readonly string[]): Promise<number> {
  const { wantedBy } = await import("../../engine/checks/secrets.ts");
  const { readToEncrypt, secretsFile, writeSecrets } = await import("../../engine/state/secrets-file.ts");
  checked(options, named);
  return withLabLock(options, "lab secrets rotate", async (context) => {
    const { project, terminal } = context;
    refuseSandbox(project, "rotate");
    const at = secretsFile(project);
    if (options.dataKey && at.kind === "plain")
      throw new CliError(`${at.file} is not encrypted, so it has no data key: \`npx lab secrets init\` encrypts it`);
    const known = await readToEncrypt(at);
    if (known === null) throw new CliError(`${at.file} is not there: there is nothing to rotate`);
    const all = options.hostKeys ? (await wantedBy(project)).hosts : [];
    const hosts = named.length > 0 ? named : all;
    const unknown = hosts.find((host) => !all.includes(host));
    if (unknown !== undefined) throw new CliError(`hosts: got "${unknown}", allowed ${list(all)}`);
    const what = [
      ...(options.rootPassword ? ["the root password"] : []),
      ...(options.sshKey ? ["the SSH key"] : []),
      ...(options.hostKeys ? [`the host keys of ${list(hosts)}`] : []),
      ...(options.reviewSecret ? ["the secret for reviewed plans"] : []),
      ...(options.dataKey ? ["the data key"] : []),
    ];
    const reachesHosts = options.rootPassword || options.sshKey || options.hostKeys;
    if (reachesHosts) terminal.aside(REACHES_HOSTS);
    if (!options.yes && !(await approved(context, list(what)))) {
      terminal.line("nothing was changed");
      return 1;
    }
    await writeSecrets(at, await rotated(known, hosts, options));
    if (options.json) printDocument({ file: at.file, rotated: what });
    else terminal.line(`rotated ${list(what)}${at.kind === "sops" ? `: commit ${at.file}` : ""}`);
    return 0;
  });
}

/** `lab secrets rotate` */
export const rotate: CommandDefinition<SecretsRotateOptions> = {
  name: "rotate",
  description: "Make others in their place",
  examples: ["npx lab secrets rotate --root-password", "npx lab secrets rotate --host-keys pve-1"],
  options: (command) =>
    json(where(command))
      .argument("[hosts...]", "with --host-keys, these alone")
      .option("--root-password", "of root@pam on all hosts")
      .option("--ssh-key", "the key that the tunnels log in with")
      .option("--host-keys", "the keys by which hosts are known")
      .option("--review-secret", "what vouches for reviewed plans: those saved before are good no more")
      .option("--data-key", "what the file is encrypted with, for those that .sops.yaml names now")
      .option("--yes", "do not ask"),
  run: secretsRotate,
};
