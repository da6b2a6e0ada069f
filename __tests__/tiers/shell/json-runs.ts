/** How every command is run for the document that `--json` promises. */

/** What each command is run with, in this order, in one lab in the sandbox; the exit code where it is not 0. */
export const RUNS: readonly (readonly [path: string, options: string, code?: number])[] = [
  ["cdktf synth", ""],
  ["cdktf list", ""],
  ["lab sandbox start", "--env"],
  ["lab sandbox status", ""],
  ["lab sandbox admin", ""],
  ["lab sandbox open", ""],
  ["lab sandbox fault add", "slow --ms 1"],
  ["lab sandbox fault list", ""],
  ["lab sandbox fault clear", ""],
  ["cdktf diff", "", 2],
  ["cdktf deploy", "--auto-approve"],
  ["cdktf output", ""],
  ["lab sandbox log", "--lines 5"],
  ["lab doctor", ""],
  ["lab limits", ""],
  ["lab capacity", ""],
  ["lab validate cluster", ""],
  ["lab validate images", ""],
  ["lab graph", ""],
  ["lab kubeconfig", "--out kubeconfig"],
  ["lab talosconfig", "--out talosconfig"],
  ["lab state list", ""],
  ["lab images status", ""],
  // Nothing is built, and nothing is there to be adopted.
  ["lab images verify", "", 1],
  ["lab images adopt", "", 1],
  // No GITHUB_REPOSITORY.
  ["lab comment", "--file nothing.md --pull-request 1", 1],
  ["lab issue", "--close", 1],
  ["lab reviewed", "--commit 0000000000000000000000000000000000000000", 1],
  ["cdktf destroy", "--auto-approve"],
  ["lab sandbox reset", ""],
  ["lab sandbox stop", ""],
];

/** Commands that are not, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "cdktf completion": "prints a script",
  "lab completion": "prints a script",
  "lab images build": "half an hour; __tests__/images/local-build.test.ts",
  "lab images pin": "asks cloud.debian.org; __tests__/images/pins.test.ts",
  "lab images prune": "needs a bucket; __tests__/images/upload-prune.test.ts",
  "lab images upload": "needs a bucket; __tests__/images/upload-command.test.ts",
  "lab providers lock": "asks the tool's registry; __tests__/cli/provider-locks.test.ts",
  "lab secrets check": "is of the real lab; __tests__/tiers/sops.test.ts",
  "lab secrets edit": "opens an editor; __tests__/tiers/sops.test.ts",
  "lab secrets init": "needs sops; __tests__/tiers/sops.test.ts",
  "lab secrets rotate": "needs sops; __tests__/tiers/sops.test.ts",
  "lab state restore": "needs a backup that is another; __tests__/cli/state-backups.test.ts",
  "lab state migrate": "the sandbox's states stay where they are; __tests__/cli/state-move.test.ts",
  "lab tools build": "minutes; .ci/run begins with it",
  "lab tools path": "there may be nothing; __tests__/cli/tools.test.ts",
  "lab tunnel": "goes on until Ctrl-C; __tests__/cli/tunnel.test.ts",
};
