/** Commands that workflows of GitHub run. */
import { pathOption, wholeNumber } from "../options.ts";
import { json } from "../options.ts";
import { type LabCommand } from "./row.ts";

export const GITHUB_COMMANDS: readonly LabCommand[] = [
  {
    name: "comment",
    description: "Post what `cdktf diff --markdown` wrote on a pull request, or bring the comment there up to date",
    examples: ["npx lab comment --file diff.md --pull-request 12"],
    options: (command) =>
      json(command)
        .addOption(pathOption("--file <file>", "what `cdktf diff --markdown` wrote").makeOptionMandatory())
        .option("--pull-request <number>", "where it goes", wholeNumber(1))
        .option("--repository <owner/name>", "of the pull request (default: GITHUB_REPOSITORY)")
        .option("--name <name>", "of the lab: each lab of a repository gets a comment of its own")
        .option("--summary", "append it to the step's summary as well: to the file that GITHUB_STEP_SUMMARY names")
        .option("--dry-run", "look which comment it would be, and write nothing"),
    load: async () => (await import("../commands/comment.ts")).comment,
  },
  {
    name: "issue",
    description: "Open what `cdktf diff --markdown` wrote as an issue, bring the open one up to date, or close it",
    examples: ["npx lab issue --file drift.md --title Drift", "npx lab issue --close"],
    options: (command) =>
      json(command)
        .addOption(pathOption("--file <file>", "what `cdktf diff --markdown` wrote"))
        .option("--title <text>", "of the issue")
        .option("--label <name>", "by which it is found again (default: drift)")
        .option("--close", "say in the open one that all is well, and close it; there may be none")
        .option("--repository <owner/name>", "of the issue (default: GITHUB_REPOSITORY)")
        .option("--dry-run", "look which issue it would be, and write nothing"),
    load: async () => (await import("../commands/issue.ts")).issue,
  },
  {
    name: "reviewed",
    description: "Find the run that saved the plans of the pull request which a commit on main came from",
    examples: ["npx lab reviewed --commit $GITHUB_SHA"],
    options: (command) =>
      json(command)
        .requiredOption("--commit <sha>", "the merge")
        .option("--repository <owner/name>", "of the pull request (default: GITHUB_REPOSITORY)"),
    load: async () => (await import("../commands/reviewed-run.ts")).reviewed,
  },
];
