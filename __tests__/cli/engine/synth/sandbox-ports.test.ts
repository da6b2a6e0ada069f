import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ownBasePort } from "../../../../cli/engine/synth/base-port.ts";
import { configOf } from "../../../../cli/engine/synth/config.ts";
import { openProject, type Project } from "../../../../cli/engine/synth/project.ts";
import { basePortFor, takeBasePort } from "../../../../cli/engine/synth/sandbox-ports.ts";
import { LEAST, REPOSITORY } from "../../../config/labs.ts";

let folder: string;
const { TMPDIR: tmp } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-ports-"));
  // Where labs write down what is theirs: nobody else's.
  process.env["TMPDIR"] = folder;
});
afterEach(() => {
  if (tmp === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = tmp;
  rmSync(folder, { recursive: true, force: true });
});

function lab(name: string, config: object = {}, sandbox = true): Project {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "lab.config.json"), JSON.stringify({ ...LEAST, ...config }));
  return openProject({ config: join(home, "lab.config.json"), sandbox }, { LAB_HOME: home }, REPOSITORY);
}

const take = (project: Project) => takeBasePort(project, new AbortController().signal);

describe("the ports of a lab in the sandbox", () => {
  it("are others than another lab's, also when both take theirs at the same time", async () => {
    const labs = ["one", "two", "three"].map((name) => lab(name));
    await Promise.all(labs.map(take));
    const ports = labs.map((each) => ownBasePort(each) ?? 0);
    expect(new Set(ports).size).toBe(3);
    expect((await configOf(lab("two"))).access.basePort).toBe(ports[1]);
  });

  it("stay its own while its sandbox is down, and are free again when it is gone", async () => {
    await take(lab("one"));
    const [mine, others] = [await basePortFor(lab("one")), await basePortFor(lab("two"))];
    expect(others).not.toBe(mine);
    rmSync(join(folder, "one"), { recursive: true });
    expect(await basePortFor(lab("two"))).toBe(mine);
  });

  it("are not written down in a folder that somebody else has put there", async () => {
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, `ampere-lab-ports-${userInfo().uid}`));
    await expect(take(lab("one"))).rejects.toThrow(/is not a folder of yours/);
    expect(readdirSync(join(folder, "elsewhere"))).toEqual([]);
  });

  it("are none that another program listens on", async () => {
    const first = (await basePortFor(lab("one"))) ?? 0;
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(first + 1, "127.0.0.1", resolve));
    try {
      expect(await basePortFor(lab("one"))).toBeGreaterThan(first);
    } finally {
      other.close();
    }
  });

  it("are others than before where another program has these since, and nothing was deployed yet", async () => {
    const mine = lab("one");
    await take(mine);
    const first = ownBasePort(mine) ?? 0;
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(first, "127.0.0.1", resolve));
    try {
      mkdirSync(join(mine.data, "state"));
      await take(mine);
      expect(ownBasePort(mine)).toBe(first);
      rmSync(join(mine.data, "state"), { recursive: true });
      await take(mine);
      expect(ownBasePort(mine)).toBeGreaterThan(first);
    } finally {
      other.close();
    }
  });

  it("are those of its world, where that was made before labs wrote theirs down", async () => {
    const old = lab("old");
    mkdirSync(old.data);
    writeFileSync(join(old.data, "world.json"), JSON.stringify({ tunnels: [{ name: "kubernetes", localPort: 4711 }] }));
    await take(old);
    expect(ownBasePort(old)).toBe(4711);
  });

  it("are those of its config, where it names some, and on an account", async () => {
    const named = lab("named", { access: { ...LEAST.access, basePort: 20_000 } });
    await take(named);
    expect((await configOf(named)).access.basePort).toBe(20_000);
    const real = lab("real", {}, false);
    await take(real);
    expect([ownBasePort(real), (await configOf(real)).access.basePort]).toEqual([undefined, 18_000]);
  });
});
