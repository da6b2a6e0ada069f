/** Packer in a container of a Dagger engine, by the npm SDK. Its 160 MB are read when a build runs, not before. */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Client } from "@dagger.io/dagger";
import { BASE, DISK } from "../model/definitions.ts";
import { type BuildInputs, buildBaseImage, buildProxmoxImage } from "../model/pipeline.ts";
import { chooseBuilder } from "./dagger-builder.ts";
import { type Environment, findEngine } from "./dagger-engine.ts";
import { withClient } from "./dagger-session.ts";
import { BuildFailed, type BuildRequest, type Runner } from "./runner.ts";

interface DaggerOptions {
  /** What `--builder` names; null takes the image that images/builder.json pins. */
  readonly builder: string | null;
  /** @default process.env */
  readonly env?: Environment;
}

const VERSIONS = "versions.json";
const LAST_LINES = 30;

type Inputs = Omit<BuildInputs, "locked">;

/** One image, on its way into the output folder: one exported file, as exports of many have hung (dagger#6355). */
async function buildInto({ image, source, output }: BuildRequest, dag: Client, inputs: Inputs): Promise<void> {
  const { CacheSharingMode } = await import("@dagger.io/dagger");
  const all = { ...inputs, locked: CacheSharingMode.Locked } as const;
  const disk = source === null ? null : dag.host().file(resolve(source));
  const built =
    disk === null || image.key === BASE.key ? buildBaseImage(dag, all, disk) : buildProxmoxImage(dag, all, disk);
  await built.file(DISK).export(join(resolve(output), DISK));
  await writeFile(join(output, VERSIONS), await built.file(VERSIONS).contents());
}

/** The readable part of an error of the SDK: the last lines of a command, or the engine's message. */
async function messageOf(error: unknown): Promise<string> {
  const { ExecError, UnknownDaggerError } = await import("@dagger.io/dagger");
  if (error instanceof ExecError) {
    const lines = `${error.stdout}\n${error.stderr}`.trim().split("\n").slice(-LAST_LINES);
    return [`${error.cmd[0] ?? "a command"} ended with exit code ${error.exitCode}; it last said:`, ...lines].join(
      "\n",
    );
  }
  if (!(error instanceof Error)) return String(error);
  // The cause of an engine's refusal is the whole query; only the cause of a broken connection says what broke.
  const cause = error instanceof UnknownDaggerError && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}

/**
 * A runner on the engine that `findEngine` finds.
 *
 * @example await daggerRunner({ builder: null }).build(request);
 */
export function daggerRunner({ builder, env = process.env }: DaggerOptions): Runner {
  return {
    name: "dagger",
    async build(request) {
      const { image, root, source, variables, signal, say } = request;
      if (image.key !== BASE.key && source === null) {
        throw new Error(`images: ${image.folder}: source: got none, allowed the base's ${DISK}`);
      }
      const chosen = await chooseBuilder(builder, root);
      try {
        const search = await findEngine(env);
        if (search.engine === null) throw new Error(`images: no Dagger engine: ${search.reason}`);
        await withClient(search.engine, { signal, say, env }, async (dag) => {
          const packer = dag.host().directory(resolve(root, "packer"));
          await buildInto(request, dag, { packer, builder: chosen.of(dag), variables });
        }).catch(async (error: unknown) => {
          signal.throwIfAborted();
          throw new BuildFailed(`images: ${image.folder}: ${await messageOf(error)}`, { cause: error });
        });
      } finally {
        await chosen.dispose();
      }
    },
  };
}
