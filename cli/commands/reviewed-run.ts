/** `lab reviewed`: where the plans are that were reviewed before a commit was merged, for `cdktf deploy --plan`. */
import { CliError } from "../errors.ts";
import { withPatience } from "../github/api.ts";
import { findReviewed } from "../github/reviewed-run.ts";
import { gitHub, repositoryOf } from "../github/workflow.ts";
import { printDocument } from "./document.ts";

export interface ReviewedOptions {
  readonly commit?: string;
  readonly repository?: string;
  readonly json?: boolean;
}

/** Prints run, artifact and review as a workflow takes outputs: a name, `=`, a value. */
export async function reviewed({ commit, repository, json = false }: ReviewedOptions): Promise<number> {
  if (commit === undefined || !/^[\da-f]{40}$/.test(commit))
    throw new CliError(`--commit: got "${commit ?? ""}", allowed the 40 hexadecimal digits of a commit`);
  const name = repositoryOf(repository);
  const github = gitHub();
  const found = await withPatience(
    () => findReviewed(github, name, commit),
    (line) => console.error(line),
  );
  if (json) printDocument(found);
  else console.log(`run=${found.run}\nartifact=${found.artifact}\nreview=${found.review}`);
  return 0;
}
