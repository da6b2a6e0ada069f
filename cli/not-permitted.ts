/** A file or folder that the system keeps from us: whose it is, and what to do. */
import { readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";

interface SystemError {
  readonly code: string;
  readonly path: string;
}

function systemError(error: unknown): SystemError | null {
  if (typeof error !== "object" || error === null) return null;
  const code: unknown = Reflect.get(error, "code");
  const path: unknown = Reflect.get(error, "path");
  return typeof code === "string" && typeof path === "string" ? { code, path } : null;
}

/** As `ls -l` shows it. */
function nameOf(uid: number): string {
  try {
    const users = readFileSync("/etc/passwd", "utf8").split("\n");
    return users.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0] ?? `user ${uid}`;
  } catch {
    return `user ${uid}`;
  }
}

/** What is there of a path, from its end. */
function nearest(path: string): { readonly path: string; readonly uid: number } | null {
  for (let at = path; ; at = dirname(at)) {
    try {
      const found = statSync(at, { throwIfNoEntry: false });
      if (found !== undefined) return { path: at, uid: found.uid };
    } catch {
      // Its folder may not be looked into: that is what is in the way.
    }
    if (dirname(at) === at) return null;
  }
}

/**
 * One line for an error of the system that a permission is in the way; null for any other.
 *
 * @param us our own user, for tests
 */
export function notPermitted(
  error: unknown,
  us: { readonly uid: number; readonly username: string } = userInfo(),
): string | null {
  const told = systemError(error);
  if (told === null || !["EACCES", "EPERM", "EROFS"].includes(told.code)) return null;
  if (told.code === "EROFS") return `${told.path}: on a disk that is read-only: set LAB_HOME to a folder on another`;
  const at = nearest(told.path);
  const what = `${told.path}: not permitted`;
  if (at === null || at.uid === us.uid) return `${what}: see its mode and that of the folders above, with ls -ld`;
  const owner = nameOf(at.uid);
  const take = `sudo chown -R ${us.username} '${at.path}'`;
  return `${what}: ${at.path === told.path ? "it" : at.path} belongs to ${owner}, and you are ${us.username}; work as ${owner}, take it over with ${take}, or set LAB_HOME to a folder of your own`;
}
