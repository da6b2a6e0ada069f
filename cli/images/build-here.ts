/** Builds images with progress on the terminal, and writes images.lock.json. */
import { type BuildResult, buildImages } from "../../images/build.ts";
import type { ImageDefinition } from "../../images/definitions.ts";
import { recordBuild } from "../../images/record.ts";
import { endLeftovers } from "./leftovers.ts";
import type { ImagesOptions, ImagesPlace } from "./place.ts";
import { chooseRunner, type RunnerChoice } from "./runner.ts";
import { showSteps, type StepView } from "./steps.ts";

export interface BuildOptions extends ImagesOptions {
  readonly runner?: RunnerChoice;
  readonly source?: string;
  readonly builder?: string;
  readonly force?: boolean;
  readonly verbose?: boolean;
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
