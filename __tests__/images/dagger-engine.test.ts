import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findEngine } from "../../images/runners/dagger-engine.ts";
import { describeWithEngine, FakeDaggerSession } from "./fake-dagger-session.ts";

let bin = "";
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "ampere-lab-bin-"));
});
afterEach(() => rmSync(bin, { recursive: true }));

/** Puts a program on PATH that prints a line, or fails. */
function program(name: string, line: string | null): string {
  const script = line === null ? "exit 1" : `echo "${line}"`;
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return join(bin, name);
}

const find = (env: Readonly<Record<string, string>> = {}) => findEngine({ PATH: bin, ...env });

describe("an engine, by the dagger CLI", () => {
  const VERSION = "dagger v0.21.9 (image://registry.dagger.io/engine:v0.21.9) linux/amd64";

  it.each(["docker", "podman", "nerdctl", "finch", "container"])("is there with %s that works", async (runtime) => {
    program("dagger", VERSION);
    program(runtime, "works");
    expect(await find()).toEqual({ engine: { cli: "dagger" } });
  });

  it("is not there without the CLI", async () => {
    program("docker", "works");
    expect(await find()).toEqual({ engine: null, reason: "there is no dagger on PATH that runs" });
  });

  it("is not there with a container runtime whose daemon does not answer", async () => {
    program("dagger", VERSION);
    program("docker", null);
    expect(await find()).toEqual({
      engine: null,
      reason:
        "no container runtime answers (docker, container, podman, finch, nerdctl), " +
        "and no engine is named in _EXPERIMENTAL_DAGGER_RUNNER_HOST",
    });
  });

  it.each(["0.21.8", "0.21.90", "1.0.0-beta.10", "0.21.9-rc.1"])("is not taken from a CLI of %s", async (version) => {
    program("dagger", `dagger v${version} (image://registry.dagger.io/engine:v${version}) linux/amd64`);
    program("docker", "works");
    expect(await find()).toEqual({ engine: null, reason: `dagger is ${version}, the lab wants 0.21.9` });
  });

  it("is not taken from a CLI of no version", async () => {
    program("dagger", "dagger (devel)");
    expect(await find()).toEqual({ engine: null, reason: "dagger is of no known version, the lab wants 0.21.9" });
  });

  it("is not there when the CLI that is named does not run", async () => {
    program("dagger", VERSION);
    expect(await find({ _EXPERIMENTAL_DAGGER_CLI_BIN: "/nonexistent/dagger" })).toEqual({
      engine: null,
      reason: "_EXPERIMENTAL_DAGGER_CLI_BIN: /nonexistent/dagger does not run",
    });
  });

  describe("at an address", () => {
    let server: Server;
    beforeEach(() => {
      server = createServer((socket) => socket.end());
    });
    afterEach(() => server.close());

    const listen = async (where: string | number): Promise<void> =>
      await new Promise((resolve) => server.listen(where, resolve));

    it("is there when its socket takes connections", async () => {
      const cli = program("dagger-elsewhere", VERSION);
      const socket = join(bin, "engine.sock");
      const env = { _EXPERIMENTAL_DAGGER_CLI_BIN: cli, _EXPERIMENTAL_DAGGER_RUNNER_HOST: `unix://${socket}` };
      expect(await find(env)).toEqual({
        engine: null,
        reason: `no engine answers at _EXPERIMENTAL_DAGGER_RUNNER_HOST unix://${socket}`,
      });
      await listen(socket);
      expect(await find(env)).toEqual({ engine: { cli } });
    });

    it("is there when its port takes connections", async () => {
      program("dagger", VERSION);
      await listen(0);
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const env = { _EXPERIMENTAL_DAGGER_RUNNER_HOST: `tcp://localhost:${port}` };
      expect(await find(env)).toEqual({ engine: { cli: "dagger" } });
      await new Promise((resolve) => server.close(resolve));
      expect(await find(env)).toMatchObject({ engine: null });
    });

    it("is assumed to be there where only the CLI can check", async () => {
      program("dagger", VERSION);
      const env = { _EXPERIMENTAL_DAGGER_RUNNER_HOST: "kube-pod://dagger?namespace=dagger" };
      expect(await find(env)).toEqual({ engine: { cli: "dagger" } });
    });
  });
});

describe("an engine, by a session that is open", () => {
  it("is not there without its token", async () => {
    expect(await find({ DAGGER_SESSION_PORT: "1" })).toEqual({
      engine: null,
      reason: "DAGGER_SESSION_PORT is set and DAGGER_SESSION_TOKEN is not",
    });
  });

  it("is not there when nothing answers", async () => {
    expect(await find({ DAGGER_SESSION_PORT: "1", DAGGER_SESSION_TOKEN: "t" })).toEqual({
      engine: null,
      reason: "no engine answers at DAGGER_SESSION_PORT 1",
    });
  });
});

describeWithEngine("an engine, by a session that answers", () => {
  let version = "";
  const session = new FakeDaggerSession({ version: () => version });
  beforeAll(async () => await session.open());
  afterAll(() => session.close());

  it("is there", async () => {
    version = "v0.21.9";
    const port = Number(session.env.DAGGER_SESSION_PORT);
    expect(await find(session.env)).toEqual({ engine: { session: { port, token: session.token } } });
  });

  it("is not there with another version", async () => {
    version = "v0.20.1";
    const reason = "the engine of this session is 0.20.1, the lab wants 0.21.9";
    expect(await find(session.env)).toEqual({ engine: null, reason });
  });

  it("is not there with another token", async () => {
    const answer = await find({ ...session.env, DAGGER_SESSION_TOKEN: "another" });
    expect(answer).toMatchObject({ engine: null, reason: expect.stringContaining("no engine answers") });
  });
});
