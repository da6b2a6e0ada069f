import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runsTypeScript } from "../../cli/bin/launch.js";

const BIN = join(__dirname, "../../cli/bin");

/** A Node that is too old for TypeScript, if this machine has one. */
const OLD = ["/usr/bin/node", "/usr/local/bin/node"].find((file) => {
  const { status, stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
  return status === 0 && !runsTypeScript(stdout);
});
const itWithOldNode = OLD === undefined ? it.skip : it;
const skipped = OLD === undefined ? " (skipped: no Node older than 22.18 here)" : "";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-launcher-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the launcher", () => {
  it.each([
    ["v20.20.2", false],
    ["v22.17.1", false],
    ["v22.18.0", true],
    ["v23.5.0", false],
    ["v23.6.0", true],
    ["v24.0.0", true],
  ])("takes Node %s as able to run TypeScript: %s", (version, able) => {
    expect(runsTypeScript(version)).toBe(able);
  });

  it("runs any TypeScript program, which sees its own arguments", () => {
    const program = join(folder, "hello.ts");
    writeFileSync(
      program,
      "const words: readonly string[] = process.argv.slice(1); console.log(JSON.stringify(words));",
    );
    const { stdout, stderr } = spawnSync(process.execPath, [join(BIN, "run.js"), program, "--a", "b"], {
      encoding: "utf8",
    });
    expect([JSON.parse(stdout), stderr]).toEqual([[program, "--a", "b"], ""]);
  });

  itWithOldNode(`hands over to a newer Node on PATH${skipped}`, () => {
    symlinkSync(process.execPath, join(folder, "node"));
    const program = join(folder, "version.ts");
    writeFileSync(program, "const version: string = process.execPath; console.log(version); process.exitCode = 3;");
    const { stdout, status } = spawnSync(OLD ?? "", [join(BIN, "run.js"), program], {
      encoding: "utf8",
      env: { PATH: folder },
    });
    expect([stdout.trim(), status]).toEqual([realpathSync(process.execPath), 3]);
  });

  itWithOldNode(`takes the Node that npm brought where PATH has none${skipped}`, () => {
    const help = execFileSync(OLD ?? "", [join(BIN, "cdktf.js"), "--help"], {
      encoding: "utf8",
      env: { PATH: folder },
    });
    expect(help).toContain("Usage: cdktf");
  });

  itWithOldNode(`ends by the signal that ended the program${skipped}`, () => {
    const program = join(folder, "end.ts");
    writeFileSync(program, 'process.kill(process.pid, "SIGKILL");');
    const { signal } = spawnSync(OLD ?? "", [join(BIN, "run.js"), program], { env: { PATH: folder } });
    expect(signal).toBe("SIGKILL");
  });
});
