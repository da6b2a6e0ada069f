/** `lab secrets proxmox`: takes what the lab signs in with to Proxmox VE hosts that are there already. */
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, where } from "../../ui/command.ts";
import { CliError } from "../../ui/errors.ts";
import { readHidden } from "../../ui/hidden.ts";
import { refuseSandbox } from "./secrets-init.ts";

const FORM = {
  token: "user@realm!name=uuid, as `pveum user token add` makes it of full-tokenid and value",
  password: "a line with the password of root@pam",
} as const;

async function secretsProxmox(options: CommonOptions): Promise<number> {
  const { wantedBy } = await import("../../engine/checks/secrets.ts");
  const { guardOf } = await import("../../engine/state/made-before.ts");
  const { readToEncrypt, secretsFile, writeSecrets } = await import("../../engine/state/secrets-file.ts");
  const { API_TOKEN, completed } = await import("../../engine/state/secrets-schema.ts");
  return withLabLock(options, "lab secrets proxmox", async ({ project, terminal }) => {
    refuseSandbox(project, "proxmox");
    const { existing: kind } = await wantedBy(project);
    if (kind === null)
      throw new CliError('this lab makes its Proxmox VE hosts itself, or has none: only with proxmox.hosts "existing"');
    const place = secretsFile(project);
    const known = await readToEncrypt(place);
    if (known === null) await guardOf(project).secrets();
    const given = await readHidden(`${kind} of the Proxmox VE hosts: `);
    // What was given is not said: it may be a password.
    if (given === "" || (kind === "token" && !API_TOKEN.test(given)))
      throw new CliError(`the ${kind} on stdin: got something else, allowed ${FORM[kind]}`);
    const secrets = await completed(known, []);
    await writeSecrets(place, { ...secrets, [kind === "token" ? "proxmoxToken" : "proxmoxPassword"]: given });
    terminal.line(`${place.file} has the ${kind}${place.kind === "sops" ? ": commit it" : ""}`);
    return 0;
  });
}

/** `lab secrets proxmox` */
export const proxmox: CommandDefinition<CommonOptions> = {
  name: "proxmox",
  description: "Take the API token, or root's password, of Proxmox VE hosts of your own: typed unseen, or from stdin",
  examples: ["npx lab secrets proxmox", "npx lab secrets proxmox < token.txt"],
  options: where,
  run: secretsProxmox,
};
