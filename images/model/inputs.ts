/**
 * An image's identity: the hash of everything that its build declares as input. Every synth waits for it, so its small
 * files are read without promises.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Values of Packer variables that the caller sets. */
export type Variables = Readonly<Record<string, string>>;

/** Templates, the pinned source, and what is copied into the image. Tests, notes and leftovers of a build are not inputs. */
const DECLARED = /^([^/]+\.pkr\.hcl|source\.pkrvars\.json|(provision|files)\/.+)$/;

/** Editors and operating systems leave these behind. */
const LITTER = /(^|\/)(\.DS_Store|[^/]*~|[^/]*\.swp)$/;

/**
 * The declared inputs of one image, relative to its folder, with `/` and sorted by code unit.
 *
 * @throws Error, one line, for a symbolic link or device: what it stands for would not be hashed
 */
export function declaredInputs(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const inputs = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ entry, path: relativePath(folder, entry.parentPath, entry.name) }))
    .filter(({ path }) => DECLARED.test(path) && !LITTER.test(path));
  const odd = inputs.find(({ entry }) => !entry.isFile());
  if (odd !== undefined) throw new Error(`${join(folder, odd.path)}: an image's input must be a plain file`);
  return inputs.map(({ path }) => path).sort();
}

function relativePath(folder: string, parent: string, name: string): string {
  return join(parent, name).slice(join(folder, "/").length).replaceAll("\\", "/");
}

/** Packer variables of the machine that builds: they decide how long it takes, not what comes of it. */
const OF_THE_MACHINE = new Set(["accelerator", "firmware", "cpus", "memory_mb"]);

/** What every image is built by: the script, and the plugin of Packer's that it installs. */
const BUILT_BY = ["build.sh", "plugins/plugins.pkr.hcl"];

/**
 * SHA-256 over names and contents of the declared inputs and of what builds them, the variables of the image, and what it
 * is made from. Each part is preceded by its length, so that no two sets of inputs give the same bytes. Contents
 * are taken as they lie on disk, for so they go into the image: .gitattributes gives every checkout the same line ends.
 *
 * @param packer the folder `packer/`
 * @param image the image's folder in it
 * @param madeFrom hash of the image, or checksum of the file, that it starts from; empty for the pinned source
 */
export function inputHash(packer: string, image: string, variables: Variables, madeFrom: string): string {
  const folder = join(packer, image);
  const hash = createHash("sha256");
  const add = (part: string | Buffer): void => {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  add("ampere-lab image 2");
  add(madeFrom);
  for (const name of Object.keys(variables).sort()) {
    if (OF_THE_MACHINE.has(name)) continue;
    add(name);
    add(variables[name] ?? "");
  }
  add("script");
  for (const path of BUILT_BY) add(readFileSync(join(packer, path)));
  add("files");
  for (const path of declaredInputs(folder)) {
    add(path);
    add(readFileSync(join(folder, path)));
  }
  return hash.digest("hex");
}
