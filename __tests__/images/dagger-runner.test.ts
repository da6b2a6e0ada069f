import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphQLError } from "graphql";
import { type Outcome, run, start } from "./dagger-programs.ts";
import { type Answers, type Call, describeWithEngine, FakeDaggerSession } from "./fake-dagger-session.ts";

jest.setTimeout(60_000);

/** Poses as the CLI: a session is a port that leads to the fake one for as long as it runs; notes that it was ended. */
const CLI = `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const { connect, createServer } = require("node:net");
if (process.argv[2] === "version") {
  console.log("dagger v0.21.9 (image://registry.dagger.io/engine:v0.21.9) linux/amd64");
} else {
  const ignore = () => undefined;
  const server = createServer((near) => {
    const far = connect(Number(process.env.FAKE_PORT), "127.0.0.1").on("error", ignore);
    near.on("error", ignore).pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1", () => {
    console.error("engine: ready");
    console.log(JSON.stringify({ port: server.address().port, session_token: process.env.FAKE_TOKEN }));
  });
  process.on("SIGTERM", () => { appendFileSync(process.env.FAKE_NOTES, "ended"); process.exit(0); });
}
`;

/** As the CLI, where no engine can be reached. */
const BROKEN_CLI = `#!/bin/sh
test "$1" = version && echo "dagger v0.21.9" && exit
echo "could not connect to the engine" >&2
exit 1
`;

let folder = "";
let session: FakeDaggerSession;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-lab-dagger-"));
  for (const name of ["images", "packer", "builder/usr/bin", "output"]) mkdirSync(path(name), { recursive: true });
  writeFileSync(path("builder/usr/bin/dpkg"), "");
  writeFileSync(path("images/builder.json"), '{ "image": "docker.io/library/debian:bookworm-slim", "digest": null }');
});
afterEach(() => {
  session.close();
  rmSync(folder, { recursive: true });
});

const path = (name: string): string => join(folder, name);
const job = (more: object = {}): object => ({
  image: "base",
  root: folder,
  output: path("output"),
  builder: path("builder"),
  ...more,
});

async function opened(answers: Answers = {}): Promise<FakeDaggerSession> {
  session = new FakeDaggerSession({
    contents: () => '{"debian":"13"}',
    export: ({ args }) => {
      writeFileSync(String(args["path"]), "disk");
      return args["path"];
    },
    ...answers,
  });
  await session.open();
  return session;
}

async function build(answers: Answers, more: object = {}): Promise<Outcome> {
  return await run("dagger-runner-program.ts", job(more), (await opened(answers)).env);
}

/** The environment in which a CLI opens the fake session. */
async function withCli(script: string, answers: Answers = {}): Promise<Record<string, string>> {
  writeFileSync(path("dagger"), script, { mode: 0o755 });
  const { env } = await opened(answers);
  return {
    FAKE_PORT: env.DAGGER_SESSION_PORT,
    FAKE_TOKEN: env.DAGGER_SESSION_TOKEN,
    FAKE_NOTES: path("notes"),
    _EXPERIMENTAL_DAGGER_CLI_BIN: path("dagger"),
    _EXPERIMENTAL_DAGGER_RUNNER_HOST: `tcp://127.0.0.1:${env.DAGGER_SESSION_PORT}`,
  };
}

describeWithEngine("the Dagger runner", () => {
  it("leaves the disk and its versions, of which one exported file", async () => {
    expect(await build({})).toEqual({ code: 0, output: "", error: "" });
    expect(session.invalid).toEqual([]);
    expect(readdirSync(path("output")).sort()).toEqual(["disk.qcow2", "versions.json"]);
    expect(readFileSync(path("output/versions.json"), "utf8")).toBe('{"debian":"13"}');
    const exports = session.reads.filter(({ field }) => field === "export");
    expect(exports.map(({ args, on }) => [on?.args["path"], args["path"]])).toEqual([
      ["disk.qcow2", path("output/disk.qcow2")],
    ]);
  });

  it("builds from the checkout's packer/, the given source, variables and builder", async () => {
    await build({}, { image: "proxmox", source: path("base.qcow2") });
    const disk = session.reads.find(({ field }) => field === "export");
    expect(disk?.all("withExec").at(-1)?.args["args"]).toEqual([
      "/src/packer/build.sh",
      "proxmox-ampere",
      "/out",
      "--source",
      "/source/disk.qcow2",
      "-var",
      "a=1",
    ]);
    expect(disk?.input("withMountedFile", "source").args).toMatchObject({ path: path("base.qcow2") });
    expect(disk?.input("withRootfs", "directory").args).toMatchObject({ path: path("builder") });
    expect(disk?.input("withMountedDirectory", "source").on?.args).toMatchObject({ path: path("packer") });
  });

  it("hands an image archive to the engine", async () => {
    writeFileSync(path("index.json"), "{}");
    execFileSync("tar", ["-cf", path("builder.tar"), "-C", folder, "index.json"]);
    await build({}, { builder: path("builder.tar") });
    const disk = session.reads.find(({ field }) => field === "export");
    expect(disk?.input("import", "source").args).toMatchObject({ path: path("builder.tar") });
  });

  it.each([
    ["tar", "-cf"],
    ["tar.gz", "-czf"],
  ])("unpacks a root file system for as long as the build takes: %s", async (end, how) => {
    execFileSync("tar", [how, path(`builder.${end}`), "-C", path("builder"), "."]);
    let unpacked: readonly unknown[] = [];
    const exported = ({ on }: Call) => {
      const root = String(on?.input("withRootfs", "directory").args["path"]);
      unpacked = [root, existsSync(join(root, "usr/bin/dpkg"))];
    };
    await build({ export: exported }, { builder: path(`builder.${end}`) });
    expect(unpacked).toEqual([expect.stringContaining("ampere-lab-builder-"), true]);
    expect(existsSync(String(unpacked[0]))).toBe(false);
  });

  it("ends a failed build with what the command last said", async () => {
    const stdout = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
    const extensions = { _type: "EXEC_ERROR", cmd: ["/src/packer/build.sh", "base"], exitCode: 3, stdout, stderr: "" };
    const failing = () => {
      throw new GraphQLError("exit code: 3", { extensions });
    };
    const { code, error } = await build({ export: failing });
    expect(code).toBe(1);
    const [first, ...rest] = error.split("\n");
    expect(first).toBe("BuildFailed: images: base: /src/packer/build.sh ended with exit code 3; it last said:");
    expect([rest.length, rest[0], rest.at(-1)]).toEqual([30, "line 70", "line 99"]);
  });

  it("ends a build that the engine refuses with its words alone", async () => {
    const refused = () => {
      throw new GraphQLError("failed to resolve docker.io/library/debian");
    };
    const { error } = await build({ export: refused });
    expect(error).toBe("BuildFailed: images: base: failed to resolve docker.io/library/debian");
  });

  it("refuses, in one line and without an engine, a builder of which nothing is pinned", async () => {
    const { code, error } = await build({}, { builder: null });
    expect({ code, error }).toEqual({
      code: 1,
      error:
        "Error: images/builder.json: digest: got null, allowed sha256:<64 hex digits>; " +
        "fill it in with npx lab images pin, or bring a builder along with --builder PATH",
    });
    expect(session.traffic).toEqual([]);
  });

  it("refuses, in one line, an image that is made from another without that", async () => {
    const { error } = await build({}, { image: "proxmox" });
    expect(error).toBe("Error: images: proxmox-ampere: source: got none, allowed the base's disk.qcow2");
  });

  it("opens a session with the CLI, passes on what it says, and closes it", async () => {
    const { code, output, error } = await run("dagger-runner-program.ts", job(), await withCli(CLI));
    expect({ code, output, error }).toEqual({ code: 0, output: "engine: ready", error: "" });
    expect(existsSync(path("output/disk.qcow2"))).toBe(true);
    expect(readFileSync(path("notes"), "utf8")).toBe("ended");
  });

  it("ends the session and the build when it is interrupted", async () => {
    let asked = (): void => undefined;
    const building = new Promise<void>((resolve) => (asked = resolve));
    const forever = () => {
      asked();
      return new Promise(() => undefined);
    };
    const running = start("dagger-runner-program.ts", job(), await withCli(CLI, { export: forever }));
    await building;
    running.kill("SIGTERM");
    expect(await running.outcome).toMatchObject({ code: 1, error: "Error: interrupted" });
    expect(readFileSync(path("notes"), "utf8")).toBe("ended");
  });

  it("says what the CLI last said when no session comes up", async () => {
    const { code, error } = await run("dagger-runner-program.ts", job(), await withCli(BROKEN_CLI));
    expect(code).toBe(1);
    expect(error).toBe(
      "BuildFailed: images: base: dagger session ended; it last said:\ncould not connect to the engine",
    );
  });

  it("says why there is no engine", async () => {
    await opened();
    const { code, error } = await run("dagger-runner-program.ts", job(), { PATH: path("bin") });
    expect({ code, error }).toEqual({
      code: 1,
      error: "Error: images: no Dagger engine: there is no dagger on PATH that runs",
    });
  });
});
