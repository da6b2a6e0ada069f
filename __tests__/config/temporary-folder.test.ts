import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { temporaryFolder } from "../../config/temporary-folder.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "ampere-tmp-"));
});
afterEach(() => rmSync(base, { recursive: true }));

/** A folder whose path has so many bytes. */
function folderOf(bytes: number): string {
  const folder = join(base, "x".repeat(bytes - base.length - 1));
  mkdirSync(folder, { recursive: true });
  return folder;
}

const listens = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(path, () => server.close(() => resolve(true)));
  });

describe("TMPDIR", () => {
  it("takes as many bytes as a socket below it leaves", async () => {
    const longest = temporaryFolder("a.sock", folderOf(process.platform === "linux" ? 100 : 96));
    expect(await listens(join(longest, "a.sock"))).toBe(true);
  });

  it("that is longer is refused with the limit", () => {
    expect(() => temporaryFolder("a.sock", folderOf(120))).toThrow(
      /^TMPDIR: got "[^"]+", 120 bytes, allowed at most (100|96): the path of a socket has at most (107|103); set TMPDIR=\/tmp, say$/,
    );
  });

  it.each(["~/tmp", "tmp", "/nowhere/at/all"])("%s is refused: no folder that is there", (folder) => {
    expect(() => temporaryFolder("a.sock", folder)).toThrow("allowed the absolute path of a folder that is there");
  });
});
