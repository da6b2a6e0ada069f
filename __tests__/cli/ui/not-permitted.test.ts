import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notPermitted } from "../../../cli/ui/errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-owner-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SOMEBODY = { uid: 54321, username: "somebody" };
const ME = { uid: process.getuid?.() ?? 0, username: "me" };
const denied = (path: string, code = "EACCES"): Error => Object.assign(new Error("no"), { code, path });

describe("a file that the system keeps from us", () => {
  it("is told with its owner, and with what to do", () => {
    expect(notPermitted(denied(folder), SOMEBODY)).toMatch(
      /^\S+: not permitted: it belongs to \S+, and you are somebody; work as \S+, take it over with sudo chown -R somebody '\S+', or set LAB_HOME to a folder of your own$/,
    );
  });

  it("that is not there yet is told with the folder that is in the way", () => {
    expect(notPermitted(denied(join(folder, "a", "b"), "EPERM"), SOMEBODY)).toContain(`${folder} belongs to `);
  });

  it("of our own is told by its mode, and on a read-only disk by that", () => {
    expect(notPermitted(denied(folder), ME)).toContain("see its mode");
    expect(notPermitted(denied(folder, "EROFS"), ME)).toContain("read-only");
  });

  it("is no other error", () => {
    expect([denied(folder, "ENOENT"), new Error("x"), null, "EACCES"].map((error) => notPermitted(error))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
