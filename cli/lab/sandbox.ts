/** Commands on the embedded sandbox. */
import type { Command } from "commander";
import { DOORS } from "../../sandbox/calls.ts";
import { BOOT_STOPS } from "../../sandbox/faults/spec.ts";
import { FAULT_KINDS } from "../commands/fault-request.ts";
import { oneOf, Option, providersOption, share, wholeNumber } from "../options.ts";
import { json, where } from "../options.ts";
import { type LabCommand } from "./row.ts";

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
    .option("--host <name>", "which host is down, or does not boot")
    .addOption(new Option("--stop <where>", "where its boot ends").choices([...BOOT_STOPS]))
    .option("--cluster <pattern>", "which cluster has no quorum (default: every one)")
    .option("--node <name>", "which node of Kubernetes is not ready")
    .option(
      "--seconds <number>",
      "how far the clock is ahead; negative: behind",
      wholeNumber(-315_360_000, 315_360_000),
    );

export const SANDBOX_COMMANDS: readonly LabCommand[] = [
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
        load: async () => (await import("../commands/sandbox.ts")).startSandbox,
      },
      {
        name: "stop",
        description: "Stop it; what is in it stays on disk",
        options: json,
        load: async () => (await import("../commands/sandbox.ts")).stopSandbox,
      },
      {
        name: "status",
        description: "Say whether it runs and what is in it",
        options: json,
        load: async () => (await import("../commands/sandbox.ts")).sandboxStatus,
      },
      {
        name: "reset",
        description: "Empty it, and forget its state",
        options: json,
        load: async () => (await import("../commands/sandbox.ts")).resetSandbox,
      },
      {
        name: "admin",
        description: "Say where the sandbox has you come from, and which hosts let you in; or come from elsewhere",
        examples: ["npx lab sandbox admin", "npx lab sandbox admin 198.51.100.9", "npx lab sandbox admin config"],
        options: (command) =>
          json(command).argument(
            "[address]",
            "IPv4 address to come from; config: the first of access.adminCidrs again",
          ),
        load: async () => (await import("../commands/sandbox-admin.ts")).sandboxAdmin,
      },
      {
        name: "host",
        description: "Proxmox VE hosts that are in no cloud: x86-64 with KVM, for other labs",
        commands: [
          {
            name: "add",
            description: "Put one up, as Proxmox VE's installer leaves it, and print how it is reached",
            examples: [
              "npx lab sandbox host add pve",
              "npx lab sandbox host add pve --cpus 16 --memory 64 --disk 1000",
            ],
            options: (command) =>
              json(command)
                .argument("<name>", "its host name")
                .option("--cpus <number>", "cores (default: 8)", wholeNumber(1))
                .option("--memory <GB>", "memory (default: 32)", wholeNumber(1))
                .option("--disk <GB>", "disk, most of which is for guests (default: 500)", wholeNumber(1)),
            load: async () => (await import("../commands/sandbox-hosts.ts")).addHost,
          },
          {
            name: "list",
            description: "Print how each of them is reached",
            options: json,
            load: async () => (await import("../commands/sandbox-hosts.ts")).listHosts,
          },
          {
            name: "remove",
            description: "Take one away, with all that is on it",
            examples: ["npx lab sandbox host remove pve"],
            options: (command) => json(command).argument("<name>", "its host name"),
            load: async () => (await import("../commands/sandbox-hosts.ts")).removeHost,
          },
        ],
      },
      {
        name: "open",
        description: "Print the address of the page that draws it live; at a terminal, show it in a browser",
        options: json,
        load: async () => (await import("../commands/faults.ts")).openPage,
      },
      {
        name: "log",
        description: "Print the last calls on its doors",
        examples: ["npx lab sandbox log --lines 10", "npx lab sandbox log --follow"],
        options: (command) =>
          json(command)
            .option("--follow", "and those to come, until Ctrl-C; with --json, a document a line")
            .option("--lines <number>", "how many of the last (default: 50)", wholeNumber(1)),
        load: async () => (await import("../commands/faults.ts")).showLog,
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
              "npx lab sandbox fault add down --host pve-1",
              "npx lab sandbox fault add boot --host pve-1 --stop uefi-shell",
            ],
            options: fault,
            load: async () => (await import("../commands/faults.ts")).addFault,
          },
          {
            name: "list",
            description: "Say what was asked to go wrong, and how often it did",
            options: json,
            load: async () => (await import("../commands/faults.ts")).listFaults,
          },
          {
            name: "clear",
            description: "End faults",
            examples: ["npx lab sandbox fault clear", "npx lab sandbox fault clear 3 4"],
            options: (command) => json(command).argument("[ids...]", "which; without one, all"),
            load: async () => (await import("../commands/faults.ts")).clearFaults,
          },
        ],
      },
    ],
  },
];
