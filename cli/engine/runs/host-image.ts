/** Before a real deploy: the image that instances boot is built, or fetched, and uploaded, unless it has been imported already. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PROXMOX } from "../../../images/model/definitions.ts";
import { provideImage } from "../../../images/provide.ts";
import { progressLine } from "../../../images/upload/progress.ts";
import { stateOf } from "../state/state.ts";
import type { Lab, StackInfo } from "../synth/assembly.ts";
import { withLock } from "../synth/lock.ts";
import { buildHere } from "./image-build.ts";
import { type ImagesContext, inputsOf, openDestination } from "./images.ts";
import type { Session } from "./session.ts";
import { labSchematic, schematicId } from "../../../topology/schematic.ts";
import { asCliError } from "../../ui/errors.ts";
import { configOf } from "../synth/config.ts";

/** The stack that imports the image. */
const IMPORTER = "oci";

/** Once imported, the image lives on without its object. */
async function isImported(session: Session, stack: StackInfo, objectName: string): Promise<boolean> {
  const { resources } = await stateOf(session, session.stack(stack));
  return resources.some(
    ({ type, attributes }) => type === "oci_core_image" && JSON.stringify(attributes).includes(`"${objectName}"`),
  );
}

async function imagesContextOf({ project, terminal, interruption }: Session): Promise<ImagesContext> {
  const config = await configOf(project);
  const artifacts = join(project.home, "artifacts");
  const inputs = inputsOf(config);
  const say = (line: string): void => terminal.aside(line);
  return { config, inputs, declared: inputs, artifacts, terminal, interruption, say };
}

async function provide(context: ImagesContext): Promise<string> {
  const { artifacts, config, inputs, terminal, interruption, say } = context;
  const work = async (): Promise<string> =>
    provideImage({
      ...inputs,
      ...(await openDestination(context, {})),
      artifacts,
      allowPaid: config.allowPaid,
      build: () => buildHere(context, [PROXMOX], {}),
      say,
      onProgress: (progress) => terminal.status(`${progress.phase} the image: ${progressLine(progress)}`),
    }).finally(() => terminal.status(""));
  return withLock(join(artifacts, ".lock"), "cdktf deploy", say, interruption.signal, work);
}

async function provideTalos(
  context: ImagesContext,
  { objectName, version }: NonNullable<Lab["talosImage"]>,
): Promise<void> {
  const { artifacts, config, terminal, interruption, say } = context;
  const { provideTalosImage } = await import("../../../images/talos.ts");
  const schematic = labSchematic(config);
  const work = async (): Promise<void> =>
    provideTalosImage({
      ...(await openDestination(context, {})),
      artifacts,
      version,
      schematic,
      schematicId: schematicId(schematic),
      objectName,
      allowPaid: config.allowPaid,
      signal: interruption.signal,
      say,
      onProgress: (progress) => terminal.status(`${progress.phase} the image: ${progressLine(progress)}`),
    }).finally(() => terminal.status(""));
  mkdirSync(artifacts, { recursive: true });
  return withLock(join(artifacts, ".lock"), "cdktf deploy", say, interruption.signal, work);
}

/** @throws CliError in one line, or what interrupted it */
async function provided<Wanted, Result>(
  session: Session,
  work: (context: ImagesContext, wanted: Wanted) => Promise<Result>,
  wanted: Wanted,
): Promise<Result> {
  try {
    return await work(await imagesContextOf(session), wanted);
  } catch (error) {
    session.interruption.signal.throwIfAborted();
    throw asCliError(error);
  }
}

/**
 * Provides the hosts' image for a real deploy of these stacks.
 *
 * @returns whether the image has another name now, so that the stacks have to be synthesized again
 */
export async function provideHostImage(session: Session, stacks: readonly StackInfo[]): Promise<boolean> {
  const { images, talosImage } = session.assembly.lab ?? {};
  const image = images?.proxmox;
  const importer = stacks.find(({ name }) => name === IMPORTER);
  if (talosImage !== undefined && importer !== undefined) {
    if (!(await isImported(session, importer, talosImage.objectName)))
      await provided(session, provideTalos, talosImage);
    return false;
  }
  if (image === undefined || importer === undefined) return false;
  if (image.built && (await isImported(session, importer, image.objectName))) return false;
  return (await provided(session, provide, undefined)) !== image.objectName;
}
