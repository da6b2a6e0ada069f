/** `lab secrets edit`: opens the secrets in the user's editor, by sops, and takes the result only if it is valid. */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { SecretsFile } from "../../engine/state/secrets-file.ts";
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, where } from "../../ui/command.ts";
import { CliError, codeOf, messageOf } from "../../ui/errors.ts";
import { refuseSandbox } from "./secrets-init.ts";
import { exitOf } from "../../clients/processes.ts";

/** What sops ends with when the text was not changed. */
const UNCHANGED = 200;

/** The encrypted file. @throws CliError where the secrets are in clear, or there are none */
async function encryptedFile(project: { readonly home: string }): Promise<SecretsFile> {
  const { sopsFile } = await import("../../engine/state/secrets-file.ts");
  const file = sopsFile(project);
  if (!existsSync(file)) throw new CliError(`${file} is not there: \`npx lab secrets init\` makes it`);
  return { kind: "sops", file };
}

async function runEditor(file: string): Promise<number | NodeJS.Signals> {
  const args = ["--disable-version-check", "edit", basename(file)];
  try {
    return await exitOf(spawn("sops", args, { cwd: dirname(file), stdio: "inherit" }));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new CliError("sops is not on PATH: `nix develop` has it, or https://getsops.io/docs");
  }
}

async function secretsEdit(options: CommonOptions): Promise<number> {
  const { requireHiddenIn, shownIn } = await import("../../engine/state/published.ts");
  const { readSecrets } = await import("../../engine/state/secrets-file.ts");
  return withLabLock(options, "lab secrets edit", async ({ project, terminal }) => {
    refuseSandbox(project, "edit");
    const place = await encryptedFile(project);
    // sops edits by what the file says of itself, not by `.sops.yaml`: what it shows it would go on showing.
    requireHiddenIn(basename(place.file), readFileSync(place.file, "utf8"));
    const before = `${place.file}.before`;
    copyFileSync(place.file, before);
    try {
      const code = await runEditor(place.file);
      if (code !== 0 && code !== UNCHANGED)
        throw new CliError(
          `sops ended with ${typeof code === "number" ? `exit code ${code}` : code}: nothing was changed`,
        );
      if (readFileSync(place.file).equals(readFileSync(before))) {
        terminal.line("nothing was changed");
        return 0;
      }
      try {
        await readSecrets(place);
      } catch (error) {
        const rejected = `${place.file}.rejected`;
        copyFileSync(place.file, rejected);
        // In one step: without the file, a run that comes in between would make other secrets.
        renameSync(before, place.file);
        const how = shownIn(readFileSync(rejected, "utf8")).length === 0 ? "encrypted" : "in clear";
        throw new CliError(`${messageOf(error)}\nthe file is as it was; your edit, ${how}, is in ${rejected}`);
      }
      terminal.line(`${basename(place.file)} is changed: commit it`);
      return 0;
    } finally {
      rmSync(before, { force: true });
    }
  });
}

/** `lab secrets edit` */
export const edit: CommandDefinition<CommonOptions> = {
  name: "edit",
  description: "Edit them in EDITOR; what is no secrets any more is not taken",
  options: where,
  run: secretsEdit,
};
