/** `lab reviewed`: where the plans are that were reviewed before a commit was merged, for `cdktf deploy --plan`. */
import { gitHub, repositoryOf } from "../../clients/github-workflow.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";

interface ReviewedOptions {
  readonly commit?: string;
  readonly repository?: string;
  readonly json?: boolean;
}

/** Prints run, artifact and review as a workflow takes outputs: a name, `=`, a value. */
async function findRun({ commit, repository, json = false }: ReviewedOptions): Promise<number> {
  if (commit === undefined || !/^[\da-f]{40}$/.test(commit))
    throw new CliError(`--commit: got "${commit ?? ""}", allowed the 40 hexadecimal digits of a commit`);
  const name = repositoryOf(repository);
  const github = gitHub();
  const { findReviewed } = await import("../../clients/github-runs.ts");
  const { withPatience } = await import("../../clients/github.ts");
  const found = await withPatience(
    () => findReviewed(github, name, commit),
    (line) => console.error(line),
  );
  if (json) printDocument(found);
  else console.log(`run=${found.run}\nartifact=${found.artifact}\nreview=${found.review}`);
  return 0;
}

/** `lab reviewed` */
export const reviewed: CommandDefinition<ReviewedOptions> = {
  name: "reviewed",
  description: "Find the run that saved the plans of the pull request which a commit on main came from",
  examples: ["npx lab reviewed --commit $GITHUB_SHA"],
  options: (command) =>
    json(command)
      .requiredOption("--commit <sha>", "the merge")
      .option("--repository <owner/name>", "of the pull request (default: GITHUB_REPOSITORY)"),
  run: findRun,
};
