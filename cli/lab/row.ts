/** What a command of `lab` is. */
import type { Command } from "commander";
import type { CommentOptions } from "../commands/comment.ts";
import type { ContextsOptions } from "../commands/contexts.ts";
import type { FaultCommandOptions } from "../commands/faults.ts";
import type { GraphOptions } from "../commands/graph.ts";
import type { IssueOptions } from "../commands/issue.ts";
import type { ReviewedOptions } from "../commands/reviewed-run.ts";
import type { SecretsInitOptions } from "../commands/secrets-init.ts";
import type { SecretsRotateOptions } from "../commands/secrets-rotate.ts";
import type { RestoreOptions } from "../commands/state-restore.ts";
import type { BuildOptions } from "../images/build-here.ts";
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
