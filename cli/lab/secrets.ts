/** Commands on the lab's own secrets. */
import { several } from "../options.ts";
import { json, where } from "../options.ts";
import { type LabCommand } from "./row.ts";

export const SECRET_COMMANDS: readonly LabCommand[] = [
  {
    name: "secrets",
    description: "The lab's own secrets: passwords and keys of its hosts, encrypted by sops for the repository",
    commands: [
      {
        name: "init",
        description: "Encrypt them into secrets.sops.yaml, made or moved there; later add what new hosts need",
        examples: ["npx lab secrets init", "npx lab secrets init --recipient age1…"],
        options: (command) =>
          json(where(command)).option(
            "--recipient <age key>",
            "who can open them too, such as CI: a public key; may be given several times",
            several,
          ),
        load: async () => (await import("../commands/secrets-init.ts")).secretsInit,
      },
      {
        name: "edit",
        description: "Edit them in EDITOR; what is no secrets any more is not taken",
        options: where,
        load: async () => (await import("../commands/secrets-edit.ts")).secretsEdit,
      },
      {
        name: "check",
        description: "Say whether they can be read, are complete and belong together; exits with 1 when not",
        options: (command) => json(where(command)),
        load: async () => (await import("../commands/secrets-check.ts")).secretsCheck,
      },
      {
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
        load: async () => (await import("../commands/secrets-rotate.ts")).secretsRotate,
      },
    ],
  },
];
