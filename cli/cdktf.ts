/** `cdktf`: upstream's grammar over our own engine. */
import type { Command } from "commander";
import { addCompletion } from "./completion/command.ts";
import { examples, pathOption, pathsOption, providersOption, several, wholeNumber } from "./options.ts";
import { newProgram } from "./program.ts";

/** What commander parsed: each option under its name in camel case, as the commands' own option types have it. */
type Run<Options> = (stacks: readonly string[], options: Options) => Promise<number>;

export const program = newProgram("cdktf", "Synthesizes, compares, deploys and destroys the stacks of the lab.");

/** Adds a command. Its module is loaded when it runs: `synth` must not wait for what only `deploy` needs. */
function command<Options>(
  name: string,
  description: string,
  shown: readonly string[],
  load: () => Promise<Run<Options>>,
): Command {
  const added = program
    .command(name)
    .description(description)
    .argument("[stacks...]", "stacks to work on, `*` stands for anything")
    .option("--sandbox", "work in the embedded sandbox, without an account (or LAB_SANDBOX=1)")
    .addOption(pathOption("--config <file>", "the lab's config (or LAB_CONFIG; default: lab.config.ts)"))
    .option("-a, --app <command>", "how to run the app (default: as in cdktf.json)")
    .addOption(pathOption("-o, --output <folder>", "where the app writes (default: as in cdktf.json)"))
    .option("--json", "print one JSON document on stdout, everything else on stderr")
    .option("--no-color", "print without colours (or NO_COLOR=1)");
  return examples(added, shown).action(async (stacks: readonly string[], options: Options) => {
    const run = await load();
    process.exitCode = await run(stacks, options);
  });
}

function skipSynth(to: Command): Command {
  return to.option("--skip-synth", "take what was synthesized last");
}

function providers(to: Command): Command {
  return to.addOption(providersOption("in the sandbox"));
}

function planOptions(to: Command): Command {
  return providers(skipSynth(to))
    .option("--refresh-only", "only take over what has changed outside")
    .option("--no-refresh", "do not ask what has changed outside: for where the hosts cannot be reached")
    .option("--var <name=value>", "set a variable of a stack; may be given several times", several)
    .addOption(pathsOption("--var-file <file>", "read variables from a file; may be given several times"))
    .option("--parallelism <number>", "stacks at a time; -1 means all that can run", wholeNumber(-1))
    .option("--terraform-parallelism <number>", "operations at a time within a stack", wholeNumber(1));
}

function changeOptions(to: Command): Command {
  return planOptions(to)
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
}

function outputsFile(to: Command): Command {
  return to
    .addOption(pathOption("--outputs-file <file>", "write the outputs there, as JSON"))
    .option("--outputs-file-include-sensitive-outputs", "with the sensitive ones, in clear");
}

providers(
  command(
    "synth",
    "Run the app: writes every stack as Terraform JSON",
    ["npx cdktf synth", "npx cdktf synth --config other.config.ts"],
    async () => (await import("./commands/synth.ts")).synth,
  ),
);
skipSynth(
  command(
    "list",
    "List the stacks in the order of their dependencies",
    ["npx cdktf list", "npx cdktf list --json"],
    async () => (await import("./commands/list.ts")).list,
  ),
);
planOptions(
  command(
    "diff",
    "Show what a deploy would do; exits with 2 when it would do something",
    ["npx cdktf diff", "npx cdktf diff oci --sandbox --json"],
    async () => (await import("./commands/diff.ts")).diff,
  ),
)
  .option("--detailed", "with the values of what is created or destroyed, and all of the review in --json")
  .addOption(pathOption("--markdown <file>", "write the review there, as a comment on a pull request"))
  .addOption(pathOption("--out <folder>", "save there what the plans do, for `cdktf deploy --plan`"))
  .option("--review <text>", "what the saved plans are of, such as a commit: a deploy has to name the same")
  .option("--fail-on-destroy", "exit with 1 when anything would be destroyed or replaced");
changeOptions(
  outputsFile(
    command(
      "deploy",
      "Deploy stacks, all when none is named",
      [
        "npx cdktf deploy oci proxmox talos",
        "npx cdktf deploy oci --sandbox --auto-approve",
        "npx cdktf deploy oci --recover",
      ],
      async () => (await import("./commands/deploy.ts")).deploy,
    ),
  ),
)
  .addOption(
    pathOption("--plan <folder>", "do what the plans do that `cdktf diff --out` saved there, and nothing beyond them"),
  )
  .option("--review <text>", "take plans of this review alone, as `cdktf diff --review` has named it")
  .option("--recover", "import objects that an interrupted run has lost")
  .option("--recover-id <address=id>", "the id of a lost object, or none; may be given several times", several);
changeOptions(
  command(
    "destroy",
    "Destroy stacks, all when none is named",
    ["npx cdktf destroy proxmox talos", "npx cdktf destroy --sandbox --auto-approve", "npx cdktf destroy --images"],
    async () => (await import("./commands/deploy.ts")).destroy,
  ),
).option("--images", "delete the lab's images and their bucket too, once stack oci is gone");
outputsFile(
  skipSynth(
    command(
      "output",
      "Show the outputs of deployed stacks",
      ["npx cdktf output talos", "npx cdktf output --outputs-file outputs.json"],
      async () => (await import("./commands/output.ts")).output,
    ),
  ),
);

addCompletion(program);
