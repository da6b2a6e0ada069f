/** The workflows of .github/workflows, read as far as the tests look at them. */
import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

export const ROOT = join(__dirname, "../..");
const FOLDER = ".github/workflows";

const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));

const step = z.union([
  z.looseObject({ uses: z.string(), with: z.record(z.string(), z.unknown()).optional() }),
  z.looseObject({ run: z.string() }),
]);

const job = z.looseObject({
  permissions: permissions.optional(),
  "timeout-minutes": z.number(),
  steps: z.array(step).nonempty(),
});

const workflow = z.looseObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.looseObject({ group: z.string() }),
  jobs: z.record(z.string(), job),
});

/** Our own actions, each a part of several workflows. */
export const ACTIONS: readonly string[] = globSync(".github/actions/*/action.yml", { cwd: ROOT });

export const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

export type Workflow = z.infer<typeof workflow>;

/** Names of the files, relative to the repository. */
export const WORKFLOWS: readonly string[] = readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`);

/** @throws when it is no YAML, or a job has no end, or the workflow has no permissions or concurrency of its own. */
export function readWorkflow(path: string): Workflow {
  return workflow.parse(parse(textOf(path)));
}

const stepsOf = (path: string) => Object.values(readWorkflow(path).jobs).flatMap(({ steps }) => steps);

/** What the steps run, as the shell gets it. */
export function scriptsOf(path: string): readonly string[] {
  return stepsOf(path).flatMap((each) => ("run" in each && typeof each.run === "string" ? [each.run] : []));
}

/** The actions, with what each is given. */
export function actionsOf(path: string): readonly { uses: string; given: Readonly<Record<string, unknown>> }[] {
  return stepsOf(path).flatMap((each) =>
    "uses" in each && typeof each.uses === "string"
      ? [{ uses: each.uses, given: z.record(z.string(), z.unknown()).parse(each.with ?? {}) }]
      : [],
  );
}
