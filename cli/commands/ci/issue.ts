/** `lab issue`: what `cdktf diff --markdown` wrote becomes the one open issue of a label, which is closed when that is over. */
import { gitHub, MARKER, readText, repositoryOf, runLink } from "../../clients/github-workflow.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { masked } from "../../ui/masker.ts";
import { pathOption } from "../../ui/options.ts";

interface IssueOptions {
  readonly file?: string;
  readonly label?: string;
  readonly title?: string;
  readonly repository?: string;
  readonly close?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Characters, by GitHub's own refusal: "body is too long (maximum is 65536 characters)". */
const LONGEST_BODY = 65_536;

/** The same of its title. */
const LONGEST_TITLE = 256;

/** The text of the issue. @throws CliError when it is missing, empty or longer than GitHub takes */
function textOf({ file, title }: IssueOptions): { readonly title: string; readonly body: string } {
  if (file === undefined || title === undefined) throw new CliError("lab issue needs --file and --title, or --close");
  const text = readText(file);
  const body = masked(`${text.startsWith(MARKER) ? text : `${MARKER}\n${text}`}${runLink()}`);
  if (body.length > LONGEST_BODY)
    throw new CliError(`${file}: got ${body.length} characters, allowed ${LONGEST_BODY}, which is GitHub's limit`);
  if (title.length > LONGEST_TITLE || /^\s*$|\n/.test(title))
    throw new CliError(`--title: got ${title.length} characters, allowed one line of 1 to ${LONGEST_TITLE}`);
  return { title: masked(title), body };
}

async function keepIssue(options: IssueOptions): Promise<number> {
  const { label = "drift", close = false, dryRun = false, json = false } = options;
  if (close && options.file !== undefined) throw new CliError("lab issue: --file or --close, not both");
  if (!/^\w[\w .:/-]{0,49}$/.test(label))
    throw new CliError(`--label: got "${label}", allowed up to 50 letters, digits, spaces, "_", ".", ":", "/" and "-"`);
  const repository = repositoryOf(options.repository);
  const text = close ? null : textOf(options);
  const github = gitHub();
  const { closeIssue, openIssue } = await import("../../clients/github-issues.ts");
  const { withPatience } = await import("../../clients/github.ts");
  const { action, url } = await withPatience(
    () =>
      text === null
        ? closeIssue(github, repository, label, MARKER, !dryRun)
        : openIssue(github, repository, label, text, !dryRun),
    (line) => console.error(line),
  );
  if (json) printDocument({ action, url, dryRun });
  else if (action === "none") console.log(`no open issue with label ${label}`);
  else console.log(`${dryRun ? "would be " : ""}${action}: ${url ?? "an issue"}`);
  return 0;
}

/** `lab issue` */
export const issue: CommandDefinition<IssueOptions> = {
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
  run: keepIssue,
};
