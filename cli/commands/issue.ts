/** `lab issue`: what `cdktf diff --markdown` wrote becomes the one open issue of a label, which is closed when that is over. */
import { CliError } from "../errors.ts";
import { withPatience } from "../github/api.ts";
import { closeIssue, openIssue } from "../github/issues.ts";
import { gitHub, readText, repositoryOf, runLink } from "../github/workflow.ts";
import { masked } from "../masking/masker.ts";
import { MARKER } from "../review/markdown.ts";
import { printDocument } from "./document.ts";

export interface IssueOptions {
  readonly file?: string;
  readonly label?: string;
  readonly title?: string;
  readonly repository?: string;
  readonly close?: boolean;
  readonly json?: boolean;
}

/** Characters, by GitHub's own refusal: "body is too long (maximum is 65536 characters)". */
const LONGEST_BODY = 65_536;

/** The text of the issue. @throws CliError when it is missing, empty or longer than GitHub takes */
function textOf({ file, title }: IssueOptions): { readonly title: string; readonly body: string } {
  if (file === undefined || title === undefined) throw new CliError("lab issue needs --file and --title, or --close");
  const text = readText(file);
  const body = masked(`${text.startsWith(MARKER) ? text : `${MARKER}\n${text}`}${runLink()}`);
  if (body.length > LONGEST_BODY)
    throw new CliError(`${file}: got ${body.length} characters, allowed ${LONGEST_BODY}, which is GitHub's limit`);
  return { title, body };
}

export async function issue(options: IssueOptions): Promise<number> {
  const { label = "drift", close = false, json = false } = options;
  if (close && options.file !== undefined) throw new CliError("lab issue: --file or --close, not both");
  const repository = repositoryOf(options.repository);
  const text = close ? null : textOf(options);
  const github = gitHub();
  const { action, url } = await withPatience(
    () => (text === null ? closeIssue(github, repository, label, MARKER) : openIssue(github, repository, label, text)),
    (line) => console.error(line),
  );
  if (json) printDocument({ action, url });
  else console.log(url === null ? `no open issue with label ${label}` : `${action}: ${url}`);
  return 0;
}
