/** What a command of `lab` is, and options that many of them take. */
import type { Command } from "commander";
import { pathOption } from "../program.ts";
import type { CommentOptions } from "../commands/comment.ts";
import type { ContextsOptions } from "../commands/contexts.ts";
import type { FaultCommandOptions } from "../commands/faults.ts";
import type { GraphOptions } from "../commands/graph.ts";
import type { IssueOptions } from "../commands/issue.ts";
import type { ReviewedOptions } from "../commands/reviewed-run.ts";
import type { SecretsInitOptions } from "../commands/secrets-init.ts";
import type { SecretsRotateOptions } from "../commands/secrets-rotate.ts";
import type { RestoreOptions } from "../commands/state-restore.ts";
import type { BuildOptions } from "../images/build.ts";
import type { PruneOptions } from "../images/upload.ts";

/** All options that any of the commands takes. */
export interface LabOptions
  extends
    BuildOptions,
    PruneOptions,
    FaultCommandOptions,
    ContextsOptions,
    GraphOptions,
    CommentOptions,
    IssueOptions,
    ReviewedOptions,
    RestoreOptions,
    SecretsInitOptions,
    SecretsRotateOptions {
  readonly env?: boolean;
}

export interface LabCommand {
  readonly name: string;
  readonly description: string;
  readonly options?: (command: Command) => Command;
  readonly commands?: readonly LabCommand[];
  /** How it is typed, without `npx`. */
  readonly examples?: readonly string[];
  /** Loaded when it runs. Returns the exit code. Without one it is a group of others. */
  readonly load?: () => Promise<(options: LabOptions, args: readonly string[]) => Promise<number>>;
}

export const where = (command: Command): Command =>
  command.addOption(pathOption("--config <file>", "the lab's config (or LAB_CONFIG; default: lab.config.ts)"));

export const json = (command: Command): Command => command.option("--json", "print one JSON document on stdout");

/** Of commands that look at either lab. */
export const inSandbox = (command: Command): Command =>
  command.option("--sandbox", "of the lab in the embedded sandbox (or LAB_SANDBOX=1)");
