/** `lab images build`: builds what is not there. */
import { adoptArtifact, type BuildResult, buildImages } from "../../images/build.ts";
import { BASE, type ImageDefinition, PROXMOX } from "../../images/definitions.ts";
import { recordBuild } from "../../images/record.ts";
import { CliError } from "../errors.ts";
import { printDocument } from "../commands/document.ts";
import { megabytes } from "../../images/upload/progress.ts";
import { endLeftovers } from "./leftovers.ts";
import { atImages, type ImagesOptions, type ImagesPlace } from "./place.ts";
import { chooseRunner, type RunnerChoice } from "./runner.ts";
import { showSteps, type StepView } from "./steps.ts";

export interface BuildOptions extends ImagesOptions {
  readonly runner?: RunnerChoice;
  readonly source?: string;
  readonly builder?: string;
  readonly force?: boolean;
  readonly verbose?: boolean;
}

/** The images that were named; without a name, both. */
export function imagesNamed(names: readonly string[]): readonly ImageDefinition[] {
  if (names.length === 0) return [BASE, PROXMOX];
  return names.map((name) => {
    const image = [BASE, PROXMOX].find(({ key }) => key === name);
    if (image === undefined) throw new CliError(`image: got ${JSON.stringify(name)}, allowed base and proxmox`);
    return image;
  });
}

/** Builds with progress, and writes the lock. */
export async function buildHere(
  place: ImagesPlace,
  images: readonly ImageDefinition[],
  options: BuildOptions,
): Promise<readonly BuildResult[]> {
  const { inputs, declared, artifacts, terminal, interruption, say } = place;
  await endLeftovers(artifacts, say);
  const runner = await chooseRunner(options.runner ?? "auto", options.builder ?? null, say);
  const views = new Map<ImageDefinition, StepView>();
  try {
    const results = await buildImages({
      ...inputs,
      images,
      artifacts,
      runner,
      source: options.source ?? null,
      force: options.force ?? false,
      signal: interruption.signal,
      say,
      onOutput: (image, line) => {
        const view = views.get(image) ?? showSteps(terminal, image.key, options.verbose ?? false);
        views.set(image, view);
        view.line(line);
      },
    });
    for (const result of results) {
      const said = await recordBuild(declared, result.image, result);
      if (said !== null) say(said);
    }
    return results;
  } finally {
    for (const view of views.values()) view.end();
  }
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
