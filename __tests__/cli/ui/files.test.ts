import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAtomically, writeAtomically } from "../../../cli/ui/files.ts";
import { requireFolder, writeUserFile } from "../../../cli/ui/user-files.ts";
import { COMMANDS } from "../command-tree.ts";
import { itWithTool, SmallLab } from "../small-lab.ts";

jest.setTimeout(240_000);

const ROOT = process.getuid?.() === 0;

/** Something at a path, and what has to be true once text was written there. */
interface Kind {
  readonly make: (path: string) => string;
  /** Null where it has to be refused, by these words. */
  readonly refused?: RegExp;
  readonly check?: (path: string, text: string) => void;
}

/** A null device of the test's own: root could replace the machine's. */
function nullDevice(path: string): string {
  if (!ROOT) return "/dev/null";
  execFileSync("mknod", [path, "c", "1", "3"]);
  return path;
}

function holds(path: string, text: string): void {
  expect(readFileSync(path, "utf8")).toBe(text);
}

const KINDS: Readonly<Record<string, Kind>> = {
  "nothing yet": { make: (path) => path, check: holds },
  "nothing, in a folder that is not there": { make: (path) => join(path, "a/b"), check: holds },
  "a file that others may read": {
    make: (path) => {
      writeFileSync(path, "before");
      chmodSync(path, 0o664);
      return path;
    },
    check: (path, text) => {
      holds(path, text);
      expect(statSync(path).mode & 0o777).toBe(0o664);
    },
  },
  "a file that may only be read": {
    make: (path) => {
      writeFileSync(path, "before", { mode: 0o444 });
      return path;
    },
    // Root may write all.
    ...(ROOT
      ? {
          check: (path: string, text: string) => {
            holds(path, text);
            expect(statSync(path).mode & 0o777).toBe(0o444);
          },
        }
      : { refused: /permission denied/ }),
  },
  "a link to a file": {
    make: (path) => {
      writeFileSync(`${path}.real`, "before");
      symlinkSync(`${path}.real`, path);
      return path;
    },
    check: (path, text) => {
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
      holds(`${path}.real`, text);
    },
  },
  "a link to nothing": {
    make: (path) => {
      symlinkSync("real", path);
      return path;
    },
    check: (path, text) => {
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
      holds(join(path, "../real"), text);
    },
  },
  "a link to itself": {
    make: (path) => {
      symlinkSync(path, path);
      return path;
    },
    refused: /its links lead in a circle/,
  },
  "a null device": {
    make: nullDevice,
    check: (path) => expect(statSync(path).isCharacterDevice()).toBe(true),
  },
  "a full device": { make: () => "/dev/full", refused: /no space is left/ },
  "a pipe that nobody reads": {
    make: (path) => {
      execFileSync("mkfifo", [path]);
      return path;
    },
    refused: /nobody reads from it/,
  },
  "a folder": {
    make: (path) => {
      mkdirSync(path);
      return path;
    },
    refused: /it is a folder: name a file in it/,
  },
  "a path below a file": {
    make: (path) => {
      writeFileSync(path, "before");
      return join(path, "file");
    },
    refused: /a part of the path is a file/,
  },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const leftovers = (): readonly string[] => readdirSync(folder).filter((name) => name.includes(".tmp"));

describe.each(Object.entries(KINDS))("what a user names, where there is %s,", (_, { make, refused, check }) => {
  it("is written by what it is, or refused in one line, and nothing is left behind", async () => {
    const path = make(join(folder, "target"));
    const before = existsSync(path) && lstatSync(path).isFile() ? readFileSync(path, "utf8") : null;
    const error: unknown = await writeUserFile(path, "text", { mode: 0o644 }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (refused === undefined) {
      expect(error).toBeNull();
      check?.(path, "text");
    } else {
      expect(String(error)).toMatch(refused);
      expect(String(error)).toMatch(/^CliError: [^\n]*cannot be written[^\n]*$/);
      if (before !== null) holds(path, before);
    }
    expect(leftovers()).toEqual([]);
  });
});

describe("a pipe", () => {
  it("has all of a long text written through, as fast as its reader reads", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = spawn("sh", ["-c", `exec <'${pipe}'; echo ready; sleep 0.2; wc -c`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let read = "";
    reader.stdout.on("data", (chunk: Buffer) => (read += chunk.toString()));
    const ended = new Promise((resolve) => reader.once("close", resolve));
    const text = "x".repeat(1 << 20);
    // The shell waits for a writer before it says anything.
    for (;;) {
      try {
        await writeUserFile(pipe, text);
        break;
      } catch (error) {
        expect(String(error)).toContain("nobody reads from it");
      }
    }
    await ended;
    expect(read.split(/\s+/).filter(Boolean)).toEqual(["ready", String(text.length)]);
  });

  it("whose reader never reads is given up when that is asked for", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = spawn("sh", ["-c", `exec <>'${pipe}'; echo ready; exec sleep 60`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => reader.stdout.once("data", resolve));
    try {
      const { signal } = { signal: AbortSignal.timeout(100) };
      await expect(writeUserFile(pipe, "x".repeat(1 << 20), { signal })).rejects.toThrow();
      expect(signal.aborted).toBe(true);
    } finally {
      reader.kill();
    }
  });
});

describe("a secret", () => {
  it("is for its owner alone, whatever the file allowed before", async () => {
    const file = join(folder, "secret");
    writeFileSync(file, "before", { mode: 0o664 });
    chmodSync(file, 0o664);
    await writeUserFile(file, "text", { secret: true });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe("a file of ours", () => {
  it("stays a link where it is one, and leaves nothing behind where it cannot be written", () => {
    symlinkSync("real", join(folder, "link"));
    writeAtomically(join(folder, "link"), "text");
    expect(readFileSync(join(folder, "real"), "utf8")).toBe("text");
    mkdirSync(join(folder, "taken"));
    expect(() => writeAtomically(join(folder, "taken"), "text")).toThrow();
    expect(createAtomically(join(folder, "real"), "other")).toBe(false);
    expect(leftovers()).toEqual([]);
  });
});

describe("a folder that a user names", () => {
  it("is refused where it is a file, before any work", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => requireFolder(join(folder, "file"))).toThrow(/is a file, where a folder is wanted/);
    expect(() => requireFolder(join(folder, "none"))).not.toThrow();
    expect(() => requireFolder(folder)).not.toThrow();
  });
});

const KUBECONFIG = JSON.stringify({ contexts: [{ name: "lab" }], clusters: [], users: [] });
const TALOSCONFIG = JSON.stringify({ context: "lab", contexts: { lab: {} } });

/** Every option that names what is written. */
const OPTIONS: readonly (readonly [
  program: "cdktf" | "lab",
  args: readonly string[],
  option: string,
  secret: boolean,
])[] = [
  ["cdktf", ["output", "talos"], "--outputs-file", false],
  ["cdktf", ["deploy", "talos", "--auto-approve"], "--outputs-file", false],
  ["cdktf", ["diff", "talos"], "--markdown", false],

  ["lab", ["graph"], "--out", false],
  ["lab", ["kubeconfig"], "--out", true],
  ["lab", ["talosconfig"], "--out", true],
  ["lab", ["kubeconfig"], "--merge", true],
  ["lab", ["talosconfig"], "--merge", true],
];

/** Options that name a file to be read. */
const READ = new Set(["--backup", "--config", "--file", "--source", "--var-file"]);

describe("every option that names a file to be written", () => {
  it("is tried below", () => {
    const written = COMMANDS.flatMap(({ path, command }) =>
      command.options
        .filter(({ flags, long }) => /[<[]file[\]>]/.test(flags) && !READ.has(long ?? ""))
        .map(({ long }) => `${path} ${long}`),
    );
    const tried = OPTIONS.map(([program, [command], option]) => `${program} ${command} ${option}`);
    expect(written.toSorted()).toEqual(tried.toSorted());
  });

  itWithTool("takes it for what it is", async () => {
    const lab = new SmallLab({
      talos: {
        terraform: {
          output: {
            kubeconfig: { value: KUBECONFIG, sensitive: true },
            talosconfig: { value: TALOSCONFIG, sensitive: true },
          },
        },
      },
    });
    const run = (program: "cdktf" | "lab", args: readonly string[]) =>
      program === "cdktf" ? lab.run(args) : lab.runLab(args);
    try {
      expect(await lab.run(["deploy", "talos", "--auto-approve"])).toMatchObject({ code: 0 });
      for (const [program, args, option, secret] of OPTIONS) {
        const named = `${program} ${args.join(" ")} ${option}`;
        const skip = program === "lab" || args[0] === "output" ? ["--skip-synth"] : [];
        const write = (path: string) => run(program, [...args, ...skip, option, path]);
        const merges = option === "--merge";

        const device = nullDevice(lab.path(`null-${named.replaceAll(/\W/g, "")}`));
        const onDevice = await write(device);
        expect([named, onDevice.code]).toEqual([named, merges ? 1 : 0]);
        expect([named, statSync(device).isCharacterDevice()]).toEqual([named, true]);

        symlinkSync(`real-${named.replaceAll(/\W/g, "")}`, lab.path("link"));
        expect([named, (await write(lab.path("link"))).code]).toEqual([named, 0]);
        expect([named, lstatSync(lab.path("link")).isSymbolicLink()]).toEqual([named, true]);
        expect([named, readFileSync(lab.path("link"), "utf8").length > 2]).toEqual([named, true]);
        if (secret) expect([named, statSync(lab.path("link")).mode & 0o077]).toEqual([named, 0]);
        rmSync(lab.path("link"));

        // Piped, as `| cat`: what is written comes out, and nothing hangs.
        const piped = await write("/dev/stdout");
        expect([named, piped.code]).toEqual([named, merges ? 1 : 0]);
        if (secret && !merges) expect([named, piped.stdout.trim().endsWith("}")]).toEqual([named, true]);
        else if (!merges) expect([named, piped.stdout.length > 2]).toEqual([named, true]);

        const onFolder = await write(lab.home);
        expect([named, onFolder.code, onFolder.stderr]).toEqual([
          named,
          1,
          expect.stringContaining("it is a folder: name a file in it"),
        ]);
      }
      writeFileSync(lab.path("file"), "");
      const saved = await lab.run(["diff", "talos", "--out", lab.path("file")]);
      const synthesized = await lab.run(["synth", "--output", lab.path("file")]);
      for (const { code, stderr } of [saved, synthesized])
        expect([code, stderr]).toEqual([1, expect.stringContaining("is a file, where a folder is wanted")]);
      expect(lab.has(".lab", "cdktf.lock")).toBe(false);
    } finally {
      lab.dispose();
    }
  });
});
