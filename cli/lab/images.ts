/** Commands on the images that hosts boot. */
import type { Command } from "commander";
import { BASE, PROXMOX } from "../../images/definitions.ts";
import { oneOf, Option, pathOption, several } from "../options.ts";
import { json, where } from "../options.ts";
import { type LabCommand } from "./row.ts";

const imagesArgument = oneOf("[images...]", "which; without one, both", [BASE.key, PROXMOX.key]);

/** Of all commands on images. */
export const images = (command: Command): Command =>
  json(where(command)).addOption(
    pathOption("--artifacts <folder>", "where builds are kept (default: artifacts in LAB_HOME)"),
  );

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
    .addOption(pathOption("--source <file>", "a Debian 13 cloud image to start from, in place of the pinned one"))
    .addOption(
      pathOption(
        "--builder <path>",
        "with Dagger: a root file system, folder or tar, in place of the pinned container image",
      ),
    )
    .option("--force", "build even what is there")
    .option("--verbose", "print all that Packer says");

/** Of commands on the bucket. */
const bucket = (command: Command): Command =>
  images(command)
    .option("--bucket <name>", "default: <lab>-images")
    .option("--compartment-id <ocid>", "where the bucket is; default: the config's, else the root compartment")
    .option("--profile <name>", "of the OCI configuration file; default: the config's")
    .option("--region <name>", "default: the config's");

export const IMAGE_COMMANDS: readonly LabCommand[] = [
  {
    name: "images",
    description: "The images that hosts boot: the hardened base, and Proxmox VE on it",
    commands: [
      {
        name: "status",
        description: "Say which images the lab needs, and what is built and tested",
        options: images,
        load: async () => (await import("../images/status.ts")).statusCommand,
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
        load: async () => (await import("../images/build.ts")).buildCommand,
      },
      {
        name: "adopt",
        description: "Take what `dagger call build-all-images -o artifacts` left for builds of the current inputs",
        examples: ["npx lab images adopt", "npx lab images adopt --artifacts /srv/artifacts"],
        options: (command) => variable(images(command).addArgument(imagesArgument)),
        load: async () => (await import("../images/build.ts")).adoptCommand,
      },
      {
        name: "verify",
        description: "Read every build and compare it with what was built",
        options: images,
        load: async () => (await import("../images/status.ts")).verifyCommand,
      },
      {
        name: "upload",
        description: "Bring the Proxmox image into the lab's bucket, unless it is there",
        examples: ["npx lab images upload", "npx lab images upload --bucket my-images --profile WORK"],
        options: bucket,
        load: async () => (await import("../images/upload.ts")).uploadCommand,
      },
      {
        name: "prune",
        description: "Delete other images, and uploads that were given up, from the bucket",
        examples: ["npx lab images prune --dry-run"],
        options: (command) => bucket(command).option("--dry-run", "say what would go, and delete nothing"),
        load: async () => (await import("../images/upload.ts")).pruneCommand,
      },
      {
        name: "pin",
        description: "Pin the newest Debian cloud image to start from, by address and checksum",
        options: images,
        load: async () => (await import("../images/pin.ts")).pinCommand,
      },
    ],
  },
];
