/** `lab images build`: builds what is not there. */
import { adoptArtifact } from "../../images/build.ts";
import { BASE, type ImageDefinition, PROXMOX } from "../../images/definitions.ts";
import { recordBuild } from "../../images/record.ts";
import { CliError } from "../errors.ts";
import { printDocument } from "../commands/document.ts";
import { megabytes } from "../../images/upload/progress.ts";
import { type BuildOptions, buildHere } from "./build-here.ts";
import { atImages, type ImagesOptions } from "./place.ts";

/** The images that were named; without a name, both. */
export function imagesNamed(names: readonly string[]): readonly ImageDefinition[] {
  if (names.length === 0) return [BASE, PROXMOX];
  return names.map((name) => {
    const image = [BASE, PROXMOX].find(({ key }) => key === name);
    if (image === undefined) throw new CliError(`image: got ${JSON.stringify(name)}, allowed base and proxmox`);
    return image;
  });
}

export async function buildCommand(options: BuildOptions, names: readonly string[]): Promise<number> {
  const images = imagesNamed(names);
  return atImages(options, "lab images build", async (place) => {
    const results = await buildHere(place, images, options);
    for (const { image, status, disk, manifest } of results) {
      place.terminal.line(
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
export async function adoptCommand(options: ImagesOptions, names: readonly string[]): Promise<number> {
  const images = imagesNamed(names);
  return atImages(options, "lab images adopt", async ({ inputs, declared, artifacts, terminal, interruption, say }) => {
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
  });
}
