/** Files of a machine: Read, List, Copy and DiskUsage (siderolabs/talos v1.13.9, v1alpha1_server.go). */
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { below, type File, UNPLAYED } from "../model/inside/files.ts";
import { MachineError } from "../model/machines.ts";
import { ADMIN, type Context, type Message, type Method, OPERATORS } from "./method.ts";
import { archive } from "./tar.ts";

const DIRECTORY_MODE = 2 ** 31 + 0o755; // Go's bit of a directory
const FILE_MODE = 0o644;

const readSchema = z.object({ path: z.string() });
const copySchema = z.object({ root_path: z.string() });
const listSchema = z.object({
  root: z.string(),
  recurse: z.boolean(),
  recursion_depth: z.number(),
  types: z.array(z.enum(["REGULAR", "DIRECTORY", "SYMLINK"])),
});
const usageSchema = z.object({
  recursion_depth: z.number(),
  all: z.boolean(),
  threshold: z.string(),
  paths: z.array(z.string()),
});

const clean = (path: string): string => `/${path.split("/").filter(Boolean).join("/")}`;

/** @throws MachineError where nothing is at the path */
function found(context: Context, path: string): readonly [string, readonly File[]] {
  const root = clean(path);
  const files = below(context, root);
  const unplayed = UNPLAYED.find((folder) => `${root}/`.startsWith(`${folder}/`));
  if (unplayed !== undefined && files.every(({ text }) => text === null))
    throw new MachineError("Unimplemented", `the sandbox does not play what is in ${unplayed}`);
  if (files.length === 0) throw new MachineError("NotFound", `stat ${root}: no such file or directory`);
  return [root, files];
}

const relative = (root: string, path: string): string => path.slice(root === "/" ? 1 : root.length + 1);
const depthOf = (root: string, path: string): number => relative(root, path).split("/").filter(Boolean).length;

function list(context: Context, request: unknown): readonly Message[] {
  const { root: asked, recurse, recursion_depth, types } = listSchema.parse(request);
  const [root, files] = found(context, asked);
  const depth = !recurse ? 1 : recursion_depth > 0 ? recursion_depth : Infinity;
  const modified = Math.floor(Date.parse(context.world.now()) / 1000);
  return files
    .filter(({ path, text }) => {
      const type = text === null ? "DIRECTORY" : "REGULAR";
      return depthOf(root, path) <= depth && (types.length === 0 || types.includes(type));
    })
    .map(({ path, text }) => ({
      name: path,
      relative_name: relative(root, path) || ".",
      size: text === null ? 0 : Buffer.byteLength(text),
      mode: text === null ? DIRECTORY_MODE : FILE_MODE,
      modified,
      is_dir: text === null,
    }));
}

function usage(context: Context, request: unknown): readonly Message[] {
  const { recursion_depth: depth, all, threshold, paths } = usageSchema.parse(request);
  return paths.flatMap((asked) => {
    const [root, files] = found(context, asked);
    const size = (path: string): number =>
      files
        .filter((file) => file.path === path || file.path.startsWith(path === "/" ? "/" : `${path}/`))
        .reduce((sum, { text }) => sum + Buffer.byteLength(text ?? ""), 0);
    return files
      .filter(({ path, text }) => depthOf(root, path) <= depth && (all || text === null || path === root))
      .map(({ path }) => ({ name: path, relative_name: relative(root, path) || ".", size: size(path) }))
      .filter((each) => each.size >= Number(threshold))
      .toReversed();
  });
}

/** Methods of the machine service about files. */
export const fileMethods: Readonly<Record<string, Method>> = {
  Read: {
    roles: ADMIN,
    run(context, request) {
      const [root, files] = found(context, readSchema.parse(request).path);
      const text = files.find(({ path }) => path === root)?.text;
      if (text === null || text === undefined) throw new MachineError("Unknown", "path must be a regular file");
      return { bytes: Buffer.from(text) };
    },
  },
  Copy: {
    roles: ADMIN,
    run(context, request) {
      const [root, files] = found(context, copySchema.parse(request).root_path);
      // What is asked for itself has no entry, where it is a directory.
      const entries = files
        .map(({ path, text }) => ({ name: relative(root, path) || (path.split("/").at(-1) ?? ""), text }))
        .filter(({ text }, index) => index > 0 || text !== null);
      return { bytes: gzipSync(archive(entries, new Date(context.world.now()))) };
    },
  },
  List: { roles: OPERATORS, run: list },
  DiskUsage: { roles: OPERATORS, run: usage },
};
