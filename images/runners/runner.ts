/** What builds an image: Packer of this machine, or Packer in a container of a Dagger engine. Both run packer/build.sh. */
import type { Variables } from "../model/inputs.ts";
import type { ImageDefinition } from "../model/definitions.ts";

/** One image to build. */
export interface BuildRequest {
  readonly image: ImageDefinition;
  /** The repository, which holds `packer/`. */
  readonly root: string;
  /** The disk image to start from, a local file; null starts from the pinned one, which Packer downloads. */
  readonly source: string | null;
  /** Packer variables. */
  readonly variables: Variables;
  /** An empty folder for `disk.qcow2` and `versions.json`. */
  readonly output: string;
  readonly signal: AbortSignal;
  /** A line that Packer, or the engine, says. */
  readonly say: (line: string) => void;
}

/** Builds images, on this machine or in a container. */
export interface Runner {
  readonly name: "local" | "dagger";
  /**
   * Builds one image into `request.output`.
   *
   * @throws BuildFailed, with the last lines of Packer and of the guest's console
   */
  build(request: BuildRequest): Promise<void>;
}

/** A build that Packer gave up. The message ends with what was last seen. */
export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
}
