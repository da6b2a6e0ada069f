/** What GitHub answers, parsed. */
import { z } from "zod";
import { CliError } from "../errors.ts";
import { type Answer, type GitHub, request } from "./api.ts";

const viewer = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) });

/** @throws CliError when it is something else */
export function parsed<S extends z.ZodType>(schema: S, { body }: Answer, what: string): z.output<S> {
  const result = schema.safeParse(body);
  if (!result.success) throw new CliError(`GitHub's answer is not ${what}: is GITHUB_API_URL the address of its API?`);
  return result.data;
}

/** Whose token it is. Only GraphQL tells a workflow, which is no user; REST calls it by the same name. */
export async function ownLogin(github: GitHub): Promise<string> {
  const answer = await request(github, "POST", github.graphql, { query: "{ viewer { login } }" });
  return parsed(viewer, answer, "a viewer").data.viewer.login;
}

/** GitHub gives back lines as a browser's form would. */
export function unified(text: string): string {
  return text.replaceAll("\r\n", "\n").trimEnd();
}
