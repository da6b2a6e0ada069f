/** `lab`: what is there to do around the stacks. */
import type { Command } from "commander";
import { FAULT_KINDS } from "./commands/fault-request.ts";
import type { FaultCommandOptions } from "./commands/faults.ts";
import type { CommentOptions } from "./commands/comment.ts";
import type { IssueOptions } from "./commands/issue.ts";
import type { ReviewedOptions } from "./commands/reviewed-run.ts";
import type { ContextsOptions } from "./commands/contexts.ts";
import type { GraphOptions } from "./commands/graph.ts";
import type { RestoreOptions } from "./commands/state-restore.ts";
import type { BuildOptions } from "./images/build.ts";
import type { PruneOptions } from "./images/upload.ts";
import type { SecretsInitOptions } from "./commands/secrets-init.ts";
import type { SecretsRotateOptions } from "./commands/secrets-rotate.ts";
import { DOORS } from "../sandbox/calls.ts";
import { addCompletion } from "./completion/command.ts";
import { BASE, PROXMOX } from "../images/definitions.ts";
import { TOOLS } from "./tools/definitions.ts";
import { examples, newProgram, oneOf, Option, providersOption, several, share, wholeNumber } from "./program.ts";

/** All options that any of the commands takes. */
interface LabOptions
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

interface LabCommand {
  readonly name: string;
  readonly description: string;
  readonly options?: (command: Command) => Command;
  readonly commands?: readonly LabCommand[];
  /** How it is typed, without `npx`. */
  readonly examples?: readonly string[];
  /** Loaded when it runs. Returns the exit code. Without one it is a group of others. */
  readonly load?: () => Promise<(options: LabOptions, args: readonly string[]) => Promise<number>>;
}

const where = (command: Command): Command =>
  command.option("--config <file>", "the lab's config (or LAB_CONFIG; default: lab.config.ts)");

const json = (command: Command): Command => command.option("--json", "print one JSON document on stdout");

/** Of commands that look at either lab. */
const inSandbox = (command: Command): Command =>
  command.option("--sandbox", "of the lab in the embedded sandbox (or LAB_SANDBOX=1)");

const tool = (command: Command): Command =>
  json(command).addArgument(
    oneOf(
      "[tool]",
      "which; without one, opentofu",
      TOOLS.map(({ name }) => name),
    ),
  );

const imagesArgument = oneOf("[images...]", "which; without one, both", [BASE.key, PROXMOX.key]);

/** Of all commands on images. */
const images = (command: Command): Command =>
  json(where(command)).option("--artifacts <folder>", "where builds are kept (default: artifacts in LAB_HOME)");

const variable = (command: Command): Command =>
  command.option(
    "--var <name=value>",
    "a Packer variable, such as architecture=x86_64; proxmox_… are of the Proxmox image alone",
    several,
  );

const build = (command: Command): Command =>
  variable(images(command))
    .addArgument(imagesArgument)
    .addOption(
      new Option("--runner <runner>", "dagger, where an engine answers; local, this machine's Packer and QEMU")
        .choices(["auto", "dagger", "local"])
        .default("auto"),
    )
    .option("--source <file>", "a Debian 13 cloud image to start from, in place of the pinned one")
    .option(
      "--builder <path>",
      "with Dagger: a root file system, folder or tar, in place of the pinned container image",
    )
    .option("--force", "build even what is there")
    .option("--verbose", "print all that Packer says");

/** Of `sandbox fault add`. */
const fault = (command: Command): Command =>
  json(command)
    .addArgument(oneOf("<fault>", "what goes wrong", FAULT_KINDS))
    .addOption(new Option("--door <door>", "calls on this door").choices([...DOORS]))
    .option("--method <pattern>", "calls of this method: POST, Bootstrap, ApplyResourceChange")
    .option(
      "--target <pattern>",
      "calls on this path or resource: '/20160918/instances*', 're:oci_core_(vcn|subnet) .*'",
    )
    .option("--nth <number>", "the first call that is hit, counted from now (default: 1)", wholeNumber(1))
    .option("--times <number>", "how many calls are hit; 0: every one (default: 1)", wholeNumber(0))
    .option("--share <number>", "of these calls, this share is hit: above 0, up to 1 (default: 1)", share)
    .option("--seed <number>", "which ones those are (default: 0)", wholeNumber(0))
    .option("--status <number>", "HTTP status of the answer (default: 500)", wholeNumber(400, 599))
    .option("--code <code>", "the API's own: InternalError, Unavailable")
    .option("--message <text>", "what it says; of a task, what it ends with")
    .option("--retry-after <seconds>", "in the answer's Retry-After", wholeNumber(0))
    .option("--ms <milliseconds>", "how long slow takes", wholeNumber(1))
    .option("--type <pattern>", "tasks of this type: qmcreate, download")
    .option("--availability-domain <pattern>", "where the capacity is exhausted: '*AD-1' (default: everywhere)")
    .option("--fault-domain <pattern>", "the same: FAULT-DOMAIN-2")
    .option("--shape <pattern>", "for which shape: 'VM.Standard.A1.*'")
    .option("--host <name>", "which host is down")
    .option("--cluster <pattern>", "which cluster has no quorum (default: every one)")
    .option("--node <name>", "which node of Kubernetes is not ready")
    .option(
      "--seconds <number>",
      "how far the clock is ahead; negative: behind",
      wholeNumber(-315_360_000, 315_360_000),
    );

/** Of commands on the bucket. */
const bucket = (command: Command): Command =>
  images(command)
    .option("--bucket <name>", "default: <lab>-images")
    .option("--compartment-id <ocid>", "where the bucket is; default: the config's, else the root compartment")
    .option("--profile <name>", "of the OCI configuration file; default: the config's")
    .option("--region <name>", "default: the config's");

/** Of `kubeconfig` and `talosconfig`. */
const contexts =
  (usual: string) =>
  (command: Command): Command =>
    json(inSandbox(where(command)))
      .option("--out <file>", `write it there, readable by you alone (default: .lab/${command.name()})`)
      .option("--merge [file]", `add its contexts to a file, by name, and keep a copy of that (default: ${usual})`)
      .option("--stdout", "print it, for another program; not to a terminal")
      .option("--force", "print it to a terminal; overwrite a file that has other contexts")
      .option("--skip-synth", "take what was synthesized last");

/** Of commands on states. */
const states = (command: Command): Command =>
  json(inSandbox(where(command))).option("--skip-synth", "take what was synthesized last");

/** Every command, by group: to add one, add a row. */
const GROUPS: readonly LabCommand[] = [
  {
    name: "tools",
    description: "Programs that are built here, where they cannot be had otherwise",
    commands: [
      {
        name: "build",
        description: "Build OpenTofu, or the provider bpg/proxmox, with Go, once; prints its path",
        examples: ["npx lab tools build", "npx lab tools build proxmox"],
        options: tool,
        load: async () => (await import("./commands/tools.ts")).buildTools,
      },
      {
        name: "path",
        description: "Print the path of what was built",
        examples: ["TERRAFORM_BINARY_NAME=$(npx lab tools path) npx cdktf diff"],
        options: tool,
        load: async () => (await import("./commands/tools.ts")).toolsPath,
      },
    ],
  },
  {
    name: "images",
    description: "The images that hosts boot: the hardened base, and Proxmox VE on it",
    commands: [
      {
        name: "status",
        description: "Say which images the lab needs, and what is built and tested",
        options: images,
        load: async () => (await import("./images/status.ts")).statusCommand,
      },
      {
        name: "build",
        description: "Build what is not there",
        examples: [
          "npx lab images build",
          "npx lab images build base --runner local --verbose",
          "npx lab images build --source debian-13-genericcloud-arm64.qcow2",
        ],
        options: build,
        load: async () => (await import("./images/build.ts")).buildCommand,
      },
      {
        name: "adopt",
        description: "Take what `dagger call build-all-images -o artifacts` left for builds of the current inputs",
        examples: ["npx lab images adopt", "npx lab images adopt --artifacts /srv/artifacts"],
        options: (command) => variable(images(command).addArgument(imagesArgument)),
        load: async () => (await import("./images/build.ts")).adoptCommand,
      },
      {
        name: "verify",
        description: "Read every build and compare it with what was built",
        options: images,
        load: async () => (await import("./images/status.ts")).verifyCommand,
      },
      {
        name: "upload",
        description: "Bring the Proxmox image into the lab's bucket, unless it is there",
        examples: ["npx lab images upload", "npx lab images upload --bucket my-images --profile WORK"],
        options: bucket,
        load: async () => (await import("./images/upload.ts")).uploadCommand,
      },
      {
        name: "prune",
        description: "Delete other images, and uploads that were given up, from the bucket",
        examples: ["npx lab images prune --dry-run"],
        options: (command) => bucket(command).option("--dry-run", "say what would go, and delete nothing"),
        load: async () => (await import("./images/upload.ts")).pruneCommand,
      },
      {
        name: "pin",
        description: "Pin the newest Debian cloud image to start from, by address and checksum",
        options: images,
        load: async () => (await import("./images/pin.ts")).pinCommand,
      },
    ],
  },
  {
    name: "doctor",
    description: "Look at tools, config, credentials, images, state, ports and KVM; exits with 1 when something fails",
    options: (command) => json(inSandbox(where(command))),
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "limits",
    description: "Say what the lab takes of Always Free; exits with 1 when its config is over",
    options: (command) => json(inSandbox(where(command))),
    load: async () => (await import("./commands/limits.ts")).limits,
  },
  {
    name: "capacity",
    description:
      "Ask OCI whether it has room for the lab's hosts now; exits with 1 when it has none where they are to be",
    examples: ["npx lab capacity", "npx lab capacity --json"],
    options: (command) => json(inSandbox(where(command))),
    load: async () => (await import("./commands/capacity.ts")).capacity,
  },
  {
    name: "validate",
    description: "Look at what was built and deployed, and say whether it is well",
    commands: [
      {
        name: "cluster",
        description: "Nodes, versions, etcd, API, DNS, storage, open ports; exits with 1 when something fails",
        examples: ["npx lab validate cluster", "npx lab validate cluster --sandbox --json"],
        options: (command) => json(inSandbox(where(command))).option("--skip-synth", "take what was synthesized last"),
        load: async () => (await import("./commands/validate-cluster.ts")).validateClusterCommand,
      },
      {
        name: "images",
        description: "Source, lock, builds and templates of the images; exits with 1 when something fails",
        examples: ["npx lab validate images"],
        options: images,
        load: async () => (await import("./commands/validate-images.ts")).validateImagesCommand,
      },
    ],
  },
  {
    name: "tunnel",
    description: "Hold the tunnels open until Ctrl-C, or while a command runs",
    examples: ["npx lab tunnel", "npx lab tunnel pve-1 cp-1", "npx lab tunnel -- kubectl get nodes"],
    options: (command) =>
      json(inSandbox(where(command)))
        .argument("[names...]", "kubernetes, proxmox, talos, a host, a node; without one, all; then -- and a command")
        .option("--skip-synth", "take what was synthesized last"),
    load: async () => (await import("./commands/tunnel.ts")).tunnel,
  },
  {
    name: "kubeconfig",
    description: "Write the kubeconfig of the deployed lab to a file",
    examples: ["npx lab kubeconfig", "npx lab kubeconfig --merge", "npx lab kubeconfig --out kubeconfig --sandbox"],
    options: contexts("~/.kube/config"),
    load: async () => (await import("./commands/contexts.ts")).kubeconfig,
  },
  {
    name: "talosconfig",
    description: "Write the talosconfig of the deployed lab to a file; its endpoints are tunnels",
    examples: ["npx lab talosconfig", "npx lab talosconfig --merge"],
    options: contexts("~/.talos/config"),
    load: async () => (await import("./commands/contexts.ts")).talosconfig,
  },
  {
    name: "comment",
    description: "Post what `cdktf diff --markdown` wrote on a pull request, or bring the comment there up to date",
    examples: ["npx lab comment --file diff.md --pull-request 12"],
    options: (command) =>
      json(command)
        .requiredOption("--file <file>", "what `cdktf diff --markdown` wrote")
        .option("--pull-request <number>", "where it goes", wholeNumber(1))
        .option("--repository <owner/name>", "of the pull request (default: GITHUB_REPOSITORY)")
        .option("--name <name>", "of the lab: each lab of a repository gets a comment of its own")
        .option("--summary", "append it to the step's summary as well: to the file that GITHUB_STEP_SUMMARY names")
        .option("--dry-run", "look which comment it would be, and write nothing"),
    load: async () => (await import("./commands/comment.ts")).comment,
  },
  {
    name: "issue",
    description: "Open what `cdktf diff --markdown` wrote as an issue, bring the open one up to date, or close it",
    examples: ["npx lab issue --file drift.md --title Drift", "npx lab issue --close"],
    options: (command) =>
      json(command)
        .option("--file <file>", "what `cdktf diff --markdown` wrote")
        .option("--title <text>", "of the issue")
        .option("--label <name>", "by which it is found again (default: drift)")
        .option("--close", "say in the open one that all is well, and close it; there may be none")
        .option("--repository <owner/name>", "of the issue (default: GITHUB_REPOSITORY)")
        .option("--dry-run", "look which issue it would be, and write nothing"),
    load: async () => (await import("./commands/issue.ts")).issue,
  },
  {
    name: "reviewed",
    description: "Find the run that saved the plans of the pull request which a commit on main came from",
    examples: ["npx lab reviewed --commit $GITHUB_SHA"],
    options: (command) =>
      json(command)
        .requiredOption("--commit <sha>", "the merge")
        .option("--repository <owner/name>", "of the pull request (default: GITHUB_REPOSITORY)"),
    load: async () => (await import("./commands/reviewed-run.ts")).reviewed,
  },
  {
    name: "graph",
    description: "Draw the lab from what is synthesized: stacks, hosts, networks, machines, and what needs what",
    examples: ["npx lab graph", "npx lab graph --format svg --out lab.svg"],
    options: (command) =>
      json(inSandbox(where(command)))
        .addOption(new Option("--format <format>", "how to draw it").choices(["mermaid", "svg"]).default("mermaid"))
        .option("--out <file>", "write it there (default: stdout)")
        .option("--skip-synth", "take what was synthesized last"),
    load: async () => (await import("./commands/graph.ts")).graph,
  },
  {
    name: "providers",
    description: "The providers of real runs",
    commands: [
      {
        name: "lock",
        description: "Write the dependency lock files of all stacks into locks/, to be committed; asks the registry",
        examples: ["npx lab providers lock", "TERRAFORM_BINARY_NAME=tofu npx lab providers lock"],
        options: (command) => json(where(command)),
        load: async () => (await import("./commands/providers-lock.ts")).lockProviders,
      },
    ],
  },
  {
    name: "state",
    description: "Terraform's states: where they are, moved elsewhere, brought back from a backup",
    commands: [
      {
        name: "list",
        description: "Say where the state of each stack is, and which backups there are of it",
        options: states,
        load: async () => (await import("./commands/state.ts")).listStates,
      },
      {
        name: "migrate",
        description: "Move every state to where the config says; after an interruption, run it again",
        options: states,
        load: async () => (await import("./commands/state.ts")).migrateStates,
      },
      {
        name: "restore",
        description: "Bring the state of a stack back from a backup, after showing what that changes",
        examples: ["npx lab state restore talos", "npx lab state restore oci --serial 12 --yes"],
        options: (command) =>
          states(command.argument("<stack>", "whose state"))
            .option("--backup <file>", "which backup (default: the newest that is not the present state)")
            .option("--serial <number>", "which backup, by its serial", wholeNumber(1))
            .option("--yes", "do not ask"),
        load: async () => (await import("./commands/state-restore.ts")).restoreState,
      },
    ],
  },
  {
    name: "secrets",
    description: "The lab's own secrets: passwords and keys of its hosts, encrypted by sops for the repository",
    commands: [
      {
        name: "init",
        description: "Encrypt them into secrets.sops.yaml, made or moved there; later add what new hosts need",
        examples: ["npx lab secrets init", "npx lab secrets init --recipient age1…"],
        options: (command) =>
          json(where(command)).option(
            "--recipient <age key>",
            "who can open them too, such as CI: a public key; may be given several times",
            several,
          ),
        load: async () => (await import("./commands/secrets-init.ts")).secretsInit,
      },
      {
        name: "edit",
        description: "Edit them in EDITOR; what is no secrets any more is not taken",
        options: where,
        load: async () => (await import("./commands/secrets-edit.ts")).secretsEdit,
      },
      {
        name: "check",
        description: "Say whether they can be read, are complete and belong together; exits with 1 when not",
        options: (command) => json(where(command)),
        load: async () => (await import("./commands/secrets-check.ts")).secretsCheck,
      },
      {
        name: "rotate",
        description: "Make others in their place",
        examples: ["npx lab secrets rotate --root-password", "npx lab secrets rotate --host-keys pve-1"],
        options: (command) =>
          json(where(command))
            .argument("[hosts...]", "with --host-keys, these alone")
            .option("--root-password", "of root@pam on all hosts")
            .option("--ssh-key", "the key that the tunnels log in with")
            .option("--host-keys", "the keys by which hosts are known")
            .option("--data-key", "what the file is encrypted with, for those that .sops.yaml names now")
            .option("--yes", "do not ask"),
        load: async () => (await import("./commands/secrets-rotate.ts")).secretsRotate,
      },
    ],
  },
  {
    name: "sandbox",
    description: "The embedded sandbox: the lab without an account",
    commands: [
      {
        name: "start",
        description: "Start it, with the tunnels of the lab",
        examples: ["npx lab sandbox start", 'eval "$(npx lab sandbox start --env)"'],
        options: (command) =>
          json(where(command))
            .option("--env", 'print shell lines that other programs need: eval "$(…)"')
            .addOption(providersOption("with --env")),
        load: async () => (await import("./commands/sandbox.ts")).startSandbox,
      },
      {
        name: "stop",
        description: "Stop it; what is in it stays on disk",
        options: json,
        load: async () => (await import("./commands/sandbox.ts")).stopSandbox,
      },
      {
        name: "status",
        description: "Say whether it runs and what is in it",
        options: json,
        load: async () => (await import("./commands/sandbox.ts")).sandboxStatus,
      },
      {
        name: "reset",
        description: "Empty it, and forget its state",
        options: json,
        load: async () => (await import("./commands/sandbox.ts")).resetSandbox,
      },
      {
        name: "open",
        description: "Print the address of the page that draws it live; at a terminal, show it in a browser",
        options: json,
        load: async () => (await import("./commands/faults.ts")).openPage,
      },
      {
        name: "log",
        description: "Print the last calls on its doors",
        examples: ["npx lab sandbox log --lines 10", "npx lab sandbox log --follow"],
        options: (command) =>
          json(command)
            .option("--follow", "and those to come, until Ctrl-C; with --json, a document a line")
            .option("--lines <number>", "how many of the last (default: 50)", wholeNumber(1)),
        load: async () => (await import("./commands/faults.ts")).showLog,
      },
      {
        name: "fault",
        description: "Make something go wrong in it",
        commands: [
          {
            name: "add",
            description: "Make calls fail (status … task), or the world be in trouble (capacity … clock)",
            examples: [
              "npx lab sandbox fault add status --door provider --target 'oci_core_vcn*' --status 503",
              "npx lab sandbox fault add slow --ms 300 --times 0 --share 0.1 --seed 7",
              "npx lab sandbox fault add capacity --fault-domain FAULT-DOMAIN-1",
              "npx lab sandbox fault add down --host pve-2",
            ],
            options: fault,
            load: async () => (await import("./commands/faults.ts")).addFault,
          },
          {
            name: "list",
            description: "Say what was asked to go wrong, and how often it did",
            options: json,
            load: async () => (await import("./commands/faults.ts")).listFaults,
          },
          {
            name: "clear",
            description: "End faults",
            examples: ["npx lab sandbox fault clear", "npx lab sandbox fault clear 3 4"],
            options: (command) => json(command).argument("[ids...]", "which; without one, all"),
            load: async () => (await import("./commands/faults.ts")).clearFaults,
          },
        ],
      },
    ],
  },
];

function register(parent: Command, row: LabCommand): void {
  const { name, description, options = (command) => command, commands, load } = row;
  const command = options(parent.command(name).description(description));
  if (load !== undefined) command.option("--no-color", "print without colours (or NO_COLOR=1)");
  if (row.examples !== undefined) examples(command, row.examples);
  for (const each of commands ?? []) register(command.helpCommand(false), each);
  if (!load) return;
  command.action(async () => {
    const run = await load();
    process.exitCode = await run(command.opts<LabOptions>(), command.args);
  });
}

export const program = newProgram("lab", "Works around the stacks of the lab; `cdktf` works on them.");
for (const group of GROUPS) register(program, group);
addCompletion(program);
