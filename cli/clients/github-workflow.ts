/** Reads what a GitHub workflow sets: API address, token, repository, run. */
import { readFileSync } from "node:fs";
import { CliError, messageOf } from "../ui/errors.ts";
import type { GitHub } from "./github.ts";

/** By its first line a comment or an issue is found again. */
export const MARKER = "<!-- ampere-lab diff -->";

/** @throws CliError without a token */
export function gitHub(): GitHub {
  const { env } = process;
  const token = env["GITHUB_TOKEN"];
  if (token === undefined || token === "")
    throw new CliError("GITHUB_TOKEN is not set: in a workflow, `env: GITHUB_TOKEN: ${{ github.token }}`");
  const api = (env["GITHUB_API_URL"] ?? "https://api.github.com").replace(/\/+$/, "");
  if (!URL.canParse(api))
    throw new CliError(`GITHUB_API_URL: got "${api}", allowed an address, such as https://api.github.com`);
  return { api, graphql: env["GITHUB_GRAPHQL_URL"] ?? `${api.replace(/\/v3$/, "")}/graphql`, token };
}

/** `owner/name`, of the option or of the workflow. */
export function repositoryOf(option: string | undefined): string {
  const name = option ?? process.env["GITHUB_REPOSITORY"];
  if (name === undefined) throw new CliError("--repository: give it, as GITHUB_REPOSITORY is not set");
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) throw new CliError(`--repository: got "${name}", allowed owner/name`);
  return name;
}

/** What `--file` names. @throws CliError when it cannot be read, or is empty */
export function readText(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    if (text.trim() !== "") return text;
  } catch (error) {
    throw new CliError(`--file: ${messageOf(error)}`);
  }
  throw new CliError(`--file: ${file} is empty`);
}

/** Where the whole of it can be read: the run of the workflow. */
export function runLink(): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = process.env;
  if (server === undefined || repository === undefined || run === undefined) return "";
  return `\n<sub>[The run](${server}/${repository}/actions/runs/${run}) that says so.</sub>\n`;
}
