/** TMPDIR, where sockets are made: theirs, and those of Terraform's plugins, have short paths. */
import { statSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { UserPathError } from "./user-path.ts";

/** Bytes of a socket's path, without the NUL behind it: sun_path of unix(7), and of macOS. */
const SOCKET_BYTES = process.platform === "linux" ? 107 : 103;

/** What Terraform's plugins call theirs (hashicorp/go-plugin, serverListener_unix: `plugin` and up to ten digits). */
export const PLUGIN_SOCKET = "plugin0000000000";

/**
 * The folder for temporary files, if a socket can be made in it.
 *
 * @param longest the longest name of a socket below it
 * @throws UserPathError, one line, for a folder that is not there or too long
 */
export function temporaryFolder(longest: string, folder: string = tmpdir()): string {
  const got = `TMPDIR: got ${JSON.stringify(folder)}`;
  if (!isAbsolute(folder) || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UserPathError(`${got}, allowed the absolute path of a folder that is there`);
  const over = Buffer.byteLength(join(folder, longest)) - SOCKET_BYTES;
  if (over <= 0) return folder;
  const bytes = Buffer.byteLength(folder);
  throw new UserPathError(
    `${got}, ${bytes} bytes, allowed at most ${bytes - over}: the path of a socket has at most ${SOCKET_BYTES}; set TMPDIR=/tmp, say`,
  );
}
