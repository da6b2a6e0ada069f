/** The builder that `--builder PATH` names: a root file system, in a folder or packed, or an image archive. */
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { access, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Client } from "@dagger.io/dagger";
import { extract } from "tar-stream";
import { type Builder, pinnedImage } from "../model/pipeline.ts";

interface ChosenBuilder {
  of(dag: Client): Builder;
  /** Removes what was unpacked for it. */
  dispose(): Promise<void>;
}

/** Belongs to a running system; and device nodes are root's to make. */
const NOT_TAKEN = ["dev", "proc", "sys", "run", "tmp"].map((folder) => `${folder}/*`);

const ALLOWED = "allowed a Debian 12 root file system, as a folder or a tar of it, or a tar as docker save writes it";

/** Whether a tar has what makes it an image, of OCI's layout or Docker's: Dagger reads both, uncompressed. */
async function isImageArchive(file: string): Promise<boolean> {
  const entries = extract();
  const input = createReadStream(file).on("error", (error) => entries.destroy(error));
  input.pipe(entries);
  try {
    for await (const entry of entries) {
      if (/^(\.\/)?(oci-layout|index\.json|manifest\.json)$/.test(entry.header.name)) return true;
      entry.resume();
    }
    return false;
  } catch {
    return false; // compressed, or no tar at all
  } finally {
    input.destroy();
  }
}

async function isDebian(folder: string): Promise<boolean> {
  return await access(join(folder, "usr/bin/dpkg")).then(
    () => true,
    () => false,
  );
}

const ofFolder = (folder: string, dispose: () => Promise<void>): ChosenBuilder => ({
  of: (dag) => ({ rootfs: dag.host().directory(folder, { exclude: NOT_TAKEN }) }),
  dispose,
});

/** Unpacks a tar, compressed or not: Dagger takes packed root file systems only as part of an image. */
async function unpacked(file: string): Promise<ChosenBuilder | null> {
  const folder = await mkdtemp(join(tmpdir(), `ampere-lab-builder-${process.pid}-`));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const excluded = NOT_TAKEN.flatMap((path) => ["--exclude", path, "--exclude", `./${path}`]);
    await promisify(execFile)("tar", ["-xf", file, "-C", folder, ...excluded]);
    if (await isDebian(folder)) return ofFolder(folder, dispose);
  } catch {
    // no tar at all
  }
  await dispose();
  return null;
}

/**
 * Checks the builder before an engine is used.
 *
 * @param path what `--builder` names; null takes the image that images/builder.json pins
 * @param root the repository
 * @throws Error, one line, when it is none of what is allowed, or nothing is pinned
 */
export async function chooseBuilder(path: string | null, root: string): Promise<ChosenBuilder> {
  const nothing = async (): Promise<void> => undefined;
  if (path === null) {
    const pin = await readFile(join(root, "images", "builder.json"), "utf8");
    pinnedImage(pin);
    return { of: () => ({ pin }), dispose: nothing };
  }
  const place = resolve(path);
  const found = await stat(place).catch(() => null);
  const refusal = (what: string): Error => new Error(`--builder: got ${path}, ${what}; ${ALLOWED}`);
  if (found === null) throw refusal("which is not there");
  if (found.isDirectory()) {
    if (await isDebian(place)) return ofFolder(place, nothing);
    throw refusal("a folder without usr/bin/dpkg");
  }
  if (await isImageArchive(place)) return { of: (dag) => ({ archive: dag.host().file(place) }), dispose: nothing };
  const chosen = await unpacked(place);
  if (chosen === null) throw refusal("a file that is neither");
  return chosen;
}
