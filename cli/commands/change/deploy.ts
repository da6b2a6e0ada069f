/** `cdktf deploy` and `cdktf destroy`. */
import type { Command } from "commander";
import type { ChangeOptions } from "../../engine/runs/change.ts";
import type { LeftoverOptions } from "../../engine/runs/leftovers.ts";
import { type CommandDefinition, outputsFile, planOptions } from "../../ui/command.ts";
import { type OutputOptions, plainOutputs, writeOutputsFile } from "../../ui/document.ts";
import { pathOption, several, span, wholeNumber } from "../../ui/options.ts";
import { targetOf } from "../../ui/user-files.ts";

type DeployOptions = ChangeOptions & OutputOptions;
type DestroyOptions = ChangeOptions & LeftoverOptions;

async function runDeploy(options: DeployOptions, names: readonly string[]): Promise<number> {
  const { changeStacks } = await import("../../engine/runs/change.ts");
  const { stateOf } = await import("../../engine/state/state.ts");
  const { outputsFile, outputsFileIncludeSensitiveOutputs = false } = options;
  // Before anything is made, of which nobody would hear then.
  if (outputsFile !== undefined) targetOf(outputsFile);
  return changeStacks("deploy", names, options, async ({ session, stacks }, results) => {
    if (outputsFile === undefined) return;
    const done = stacks.filter(({ name }) =>
      results.some((result) => result.name === name && ["deployed", "unchanged"].includes(result.status)),
    );
    const entries = await Promise.all(
      done.map(async (info) => {
        const { outputs } = await stateOf(session, session.stack(info));
        return [info.name, plainOutputs(outputs, outputsFileIncludeSensitiveOutputs)] as const;
      }),
    );
    const { signal } = session.interruption;
    await writeOutputsFile(outputsFile, Object.fromEntries(entries), outputsFileIncludeSensitiveOutputs, signal);
  });
}

async function runDestroy(options: DestroyOptions, names: readonly string[]): Promise<number> {
  const { changeStacks } = await import("../../engine/runs/change.ts");
  const { leftovers } = await import("../../engine/runs/leftovers.ts");
  return changeStacks("destroy", names, options, (begun, results) => leftovers(begun, results, options));
}

const changeOptions = (command: Command): Command =>
  planOptions(command)
    .option("--auto-approve", "do not ask")
    .option(
      "--lock-patience <seconds>",
      "how long to wait for a machine that Proxmox VE has locked, as for a backup (default: 300)",
      wholeNumber(0),
    )
    .option("--ignore-missing-stack-dependencies", "go on though a stack that this one reads is not deployed")
    .option(
      "--forget-lost",
      "give up objects that an interrupted run has lost: they stay, and nothing here knows of them",
    );

/** `cdktf deploy` */
export const deploy: CommandDefinition<DeployOptions> = {
  name: "deploy",
  description: "Deploy stacks, all when none is named",
  examples: [
    "npx cdktf deploy oci proxmox talos",
    "npx cdktf deploy oci --sandbox --auto-approve",
    "npx cdktf deploy oci proxmox talos --wait-for-capacity 12h",
    "npx cdktf deploy oci --recover",
  ],
  options: (command) =>
    changeOptions(outputsFile(command))
      .addOption(
        pathOption(
          "--plan <folder>",
          "do what the plans do that `cdktf diff --out` saved there, and nothing beyond them",
        ),
      )
      .option("--review <text>", "take plans of this review alone, as `cdktf diff --review` has named it")
      .option(
        "--wait-for-capacity <time>",
        "where Oracle has no room for a host, wait for so long, such as 12h, and launch it when and in which availability domain there is some",
        span,
      )
      .option("--recover", "import objects that an interrupted run has lost")
      .option("--recover-id <address=id>", "the id of a lost object, or none; may be given several times", several),
  run: runDeploy,
};

/** `cdktf destroy` */
export const destroy: CommandDefinition<DestroyOptions> = {
  name: "destroy",
  description: "Destroy stacks, all when none is named",
  examples: [
    "npx cdktf destroy proxmox talos",
    "npx cdktf destroy --sandbox --auto-approve",
    "npx cdktf destroy --images",
  ],
  options: (command) =>
    changeOptions(command).option("--images", "delete the lab's images and their bucket too, once stack oci is gone"),
  run: runDestroy,
};
