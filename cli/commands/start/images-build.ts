/** `lab images build`: builds what is not there. */
import type { Command } from "commander";
import { BASE, type ImageDefinition, PROXMOX } from "../../../images/model/definitions.ts";
import { megabytes } from "../../../images/upload/progress.ts";
import type { BuildOptions } from "../../engine/runs/image-build.ts";
import type { ImagesOptions } from "../../engine/runs/images.ts";
import { artifacts, type CommandDefinition } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { oneOf, Option, pathOption, several } from "../../ui/options.ts";

/** The images that were named; without a name, both. */
function imagesNamed(names: readonly string[]): readonly ImageDefinition[] {
  if (names.length === 0) return [BASE, PROXMOX];
  return names.map((name) => {
    const image = [BASE, PROXMOX].find(({ key }) => key === name);
    if (image === undefined) throw new CliError(`image: got ${JSON.stringify(name)}, allowed base and proxmox`);
    return image;
  });
}

async function buildCommand(options: BuildOptions, names: readonly string[]): Promise<number> {
  const { buildHere } = await import("../../engine/runs/image-build.ts");
  const { withImagesLock } = await import("../../engine/runs/images.ts");
  const images = imagesNamed(names);
  return withImagesLock(options, "lab images build", async (context) => {
    const results = await buildHere(context, images, options);
    for (const { image, status, disk, manifest } of results) {
      context.terminal.line(
        `${image.key} ${status === "built" ? "built" : "is there already"}: ${disk}, ${megabytes(manifest.disk.sizeBytes)} MB`,
      );
    }
    if (options.json) {
      printDocument({
        images: results.map(({ image, status, disk, manifest }) => ({
          name: image.key,
          status,
          path: disk,
          ...manifest,
        })),
      });
    }
    return 0;
  });
}

/** Takes what `dagger call build-all-images -o artifacts` has left for builds of the current inputs. */
async function adoptCommand(options: ImagesOptions, names: readonly string[]): Promise<number> {
  const { adoptArtifact } = await import("../../../images/build.ts");
  const { recordBuild } = await import("../../../images/record.ts");
  const { withImagesLock } = await import("../../engine/runs/images.ts");
  const images = imagesNamed(names);
  return withImagesLock(
    options,
    "lab images adopt",
    async ({ inputs, declared, artifacts, terminal, interruption, say }) => {
      const adopted: { readonly name: string; readonly sha256: string }[] = [];
      for (const image of images) {
        const artifact = await adoptArtifact(inputs, artifacts, image, interruption.signal);
        if (artifact === null) continue;
        const said = await recordBuild(declared, image, artifact);
        if (said !== null) say(said);
        adopted.push({ name: image.key, sha256: artifact.manifest.disk.sha256 });
        terminal.line(`${image.key} adopted: ${artifact.disk}, ${artifact.manifest.disk.sha256}`);
      }
      if (adopted.length === 0)
        throw new CliError(`${artifacts}: no disk there; dagger call build-all-images -o artifacts leaves some`);
      if (options.json) printDocument({ images: adopted });
      return 0;
    },
  );
}

const imagesArgument = oneOf("[images...]", "which; without one, both", [BASE.key, PROXMOX.key]);

const variableOption = (command: Command): Command =>
  command.option(
    "--var <name=value>",
    "a Packer variable, such as architecture=x86_64; proxmox_… are of the Proxmox image alone",
    several,
  );

const buildOptions = (command: Command): Command =>
  variableOption(artifacts(command))
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

/** `lab images build` */
export const build: CommandDefinition<BuildOptions> = {
  name: "build",
  description: "Build what is not there",
  examples: [
    "npx lab images build",
    "npx lab images build base --runner local --verbose",
    "npx lab images build --source debian-13-genericcloud-arm64.qcow2",
  ],
  options: buildOptions,
  run: buildCommand,
};

/** `lab images adopt` */
export const adopt: CommandDefinition<ImagesOptions> = {
  name: "adopt",
  description: "Take what `dagger call build-all-images -o artifacts` left for builds of the current inputs",
  examples: ["npx lab images adopt", "npx lab images adopt --artifacts /srv/artifacts"],
  options: (command) => variableOption(artifacts(command).addArgument(imagesArgument)),
  run: adoptCommand,
};
