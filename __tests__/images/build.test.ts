import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArtifact, verifyArtifact } from "../../images/artifact.ts";
import { type BuildOptions, buildImages } from "../../images/build.ts";
import { BASE, PROXMOX } from "../../images/model/definitions.ts";
import { ensureImages } from "../../images/index.ts";
import { readLock } from "../../images/lock.ts";
import { recordBuild, recordTest } from "../../images/record.ts";
import { BuildFailed } from "../../images/runners/runner.ts";
import { type FakeRunner, fakeRunner, Repository, VERSIONS } from "./repository.ts";

let repository: Repository;
let runner: FakeRunner;
beforeEach(() => {
  repository = new Repository();
  runner = fakeRunner();
});
afterEach(() => repository.dispose());

const build = (options: Partial<BuildOptions> = {}) =>
  buildImages({
    images: [BASE, PROXMOX],
    root: repository.root,
    artifacts: repository.artifacts,
    runner,
    signal: new AbortController().signal,
    say: () => undefined,
    ...options,
  });

const diskOf = (folder: string): string => repository.read(join("artifacts", folder, "disk.qcow2"));
const tamper = (): void => writeFileSync(repository.path("artifacts", "base-hardened", "disk.qcow2"), "base X");

describe("buildImages", () => {
  it("builds the base, and Proxmox from the base's disk", async () => {
    const results = await build();
    expect(results.map(({ image, status }) => [image.key, status])).toEqual([
      ["base", "built"],
      ["proxmox", "built"],
    ]);
    expect(runner.requests.map(({ source }) => source)).toEqual([
      null,
      repository.path("artifacts", "base-hardened", "disk.qcow2"),
    ]);
  });

  it("brings the base with it when Proxmox alone is wanted", async () => {
    const results = await build({ images: [PROXMOX] });
    expect(results.map(({ image }) => image.key)).toEqual(["base", "proxmox"]);
  });

  it("builds nothing the second time", async () => {
    await build();
    const results = await build();
    expect(runner.requests).toHaveLength(2);
    expect(results.map(({ status }) => status)).toEqual(["present", "present"]);
  });

  it("leaves the base alone when Proxmox is there and alone is wanted", async () => {
    await build();
    rmSync(repository.path("artifacts", "base-hardened"), { recursive: true });
    expect((await build({ images: [PROXMOX] })).map(({ status }) => status)).toEqual(["present"]);
  });

  it("builds only what a change touches", async () => {
    await build();
    repository.write("packer/proxmox-ampere/provision/10.sh", "true\n");
    expect((await build()).map(({ status }) => status)).toEqual(["present", "built"]);
  });

  it("builds both again when the base has changed", async () => {
    await build();
    repository.write("packer/base/provision/10.sh", "true\n");
    expect((await build()).map(({ status }) => status)).toEqual(["built", "built"]);
  });

  it("hands each image its own variables", async () => {
    await build({ proxmoxVersion: "9.3", variables: { architecture: "x86_64" } });
    expect(runner.requests.map(({ variables }) => variables)).toEqual([
      { architecture: "x86_64" },
      { architecture: "x86_64", proxmox_version: "9.3" },
    ]);
  });

  it("writes a manifest of disk, archive and versions", async () => {
    await build({ images: [BASE] });
    const artifact = await readArtifact(repository.artifacts, BASE);
    expect(artifact?.manifest).toMatchObject({
      image: "base",
      runner: "local",
      versions: VERSIONS,
      disk: { sizeBytes: 6 },
    });
    expect(artifact?.manifest.archive.sizeBytes).toBeGreaterThan(1024);
  });

  it("refuses in one line, and starts nothing, when no source image is pinned", async () => {
    repository.pin("", "");
    await expect(build()).rejects.toThrow(
      /^images: no source image is pinned [^\n]+ npx lab images pin [^\n]+ --source FILE$/,
    );
    expect(runner.requests).toEqual([]);
  });

  it("takes a source image in place of the pinned one", async () => {
    repository.pin("", "");
    repository.write("cloud.qcow2", "disk");
    await build({ images: [BASE], source: repository.path("cloud.qcow2") });
    expect(runner.requests[0]?.source).toBe(repository.path("cloud.qcow2"));
  });

  it("refuses in one line a source image that is not there", async () => {
    await expect(build({ source: "nowhere.qcow2" })).rejects.toThrow(
      "--source: got nowhere.qcow2, which is not there; allowed: a disk image",
    );
  });

  it("refuses in one line a source image that is a folder", async () => {
    await expect(build({ source: __dirname })).rejects.toThrow(
      /^--source: got .*, which cannot be read \(.*EISDIR.*\)/,
    );
  });

  it("keeps the earlier build, and nothing of the new one, when a build fails", async () => {
    await build({ images: [BASE] });
    runner = fakeRunner(async () => {
      throw new BuildFailed("no");
    });
    await expect(build({ images: [BASE], force: true })).rejects.toThrow("no");
    expect(diskOf("base-hardened")).toBe("base 1");
    expect(readdirSync(repository.artifacts)).toEqual(["base-hardened"]);
  });

  it("starts over where a killed build has left something", async () => {
    repository.write("artifacts/.unfinished-base-hardened/disk.qcow2", "half a disk");
    runner = fakeRunner(async ({ output }) => expect(existsSync(join(output, "seen.json"))).toBe(false));
    repository.write("artifacts/.unfinished-base-hardened/seen.json", "{}");
    await build({ images: [BASE] });
    expect(readdirSync(repository.artifacts)).toEqual(["base-hardened"]);
  });
});

describe("a tampered artifact", () => {
  it("is refused by buildImages, with what to do", async () => {
    await build();
    tamper();
    await expect(build()).rejects.toThrow(
      /disk\.qcow2: got SHA-256 [0-9a-f]{64}, but [0-9a-f]{64} was built: [^\n]+ npx lab images build base --force$/,
    );
  });

  it("is refused by ensureImages", async () => {
    await build();
    tamper();
    await expect(ensureImages({ root: repository.root })).rejects.toThrow(/it has been changed since/);
  });

  it("is found by verifying even when its times were set back", async () => {
    const [result] = await build({ images: [BASE] });
    const disk = repository.path("artifacts", "base-hardened", "disk.qcow2");
    const { atime, mtime } = statSync(disk);
    tamper();
    utimesSync(disk, atime, mtime);
    if (result === undefined) throw new Error("nothing was built");
    await expect(verifyArtifact(result)).rejects.toThrow(/it has been changed since/);
  });

  it("is built again by force", async () => {
    await build();
    tamper();
    await build({ force: true });
    expect(diskOf("base-hardened")).toBe("base 3");
  });
});

describe("a build that was only copied elsewhere", () => {
  it("is read once and then trusted", async () => {
    await build();
    const disk = repository.path("artifacts", "base-hardened", "disk.qcow2");
    utimesSync(disk, 1, 1);
    await ensureImages({ root: repository.root });
    expect(JSON.parse(readFileSync(join(disk, "../seen.json"), "utf8"))).toMatchObject({ mtimeMs: 1000 });
  });
});

describe("images.lock.json", () => {
  const lock = () => readLock(repository.path("images.lock.json"));
  const record = async (options: Partial<BuildOptions> = {}) => {
    const [result] = await build({ images: [BASE], ...options });
    if (result === undefined) throw new Error("nothing was built");
    return recordBuild({ root: repository.root }, BASE, result);
  };

  it("takes up a build of the lab's own inputs, and says so", async () => {
    expect(await record()).toMatch(/^images\.lock\.json: base is [0-9a-f]{12} now; commit it$/);
    const { base } = await ensureImages({ root: repository.root });
    expect(base).toMatchObject({ status: "current", built: true, testedWithStandIns: false });
    expect((await lock())?.images.base.versions).toEqual(VERSIONS);
  });

  it("says which artifact a rebuilt one takes the place of", async () => {
    await record();
    expect(await record({ force: true })).toMatch(/base is [0-9a-f]{12} now, where it was [0-9a-f]{12}; commit it$/);
  });

  it("has nothing to say of a build that it knows", async () => {
    await record();
    expect(await record()).toBeNull();
  });

  it("does not take up a build from another source", async () => {
    repository.write("cloud.qcow2", "disk");
    expect(await record({ source: repository.path("cloud.qcow2") })).toMatch(/not recorded there$/);
    expect(await lock()).toBeNull();
  });

  it("remembers a passed test until the inputs change", async () => {
    await recordTest({ root: repository.root }, BASE);
    expect((await ensureImages({ root: repository.root })).base.testedWithStandIns).toBe(true);
    repository.write("packer/base/provision/10.sh", "true\n");
    expect((await ensureImages({ root: repository.root })).base.testedWithStandIns).toBe(false);
  });

  it("has the versions of a build of its own inputs only, not those of stand-ins that were tested", async () => {
    await recordTest({ root: repository.root }, BASE);
    const versions = async () => (await lock())?.images.base.versions;
    expect(await versions()).toEqual({});
    await record();
    expect(await versions()).toEqual(VERSIONS);
    await recordTest({ root: repository.root }, BASE);
    expect(await versions()).toEqual(VERSIONS);
  });

  it("forgets versions that an earlier test of stand-ins has left", async () => {
    await recordTest({ root: repository.root }, BASE);
    const { base, ...others } = { ...(await lock())?.images };
    const left = { version: 1, images: { ...others, base: { ...base, versions: VERSIONS } } };
    repository.write("images.lock.json", JSON.stringify(left));
    await recordTest({ root: repository.root }, PROXMOX);
    expect((await lock())?.images.base.versions).toEqual({});
  });

  it("keeps the test of the same inputs when they are built", async () => {
    await recordTest({ root: repository.root }, BASE);
    await record();
    expect((await ensureImages({ root: repository.root })).base).toMatchObject({
      built: true,
      testedWithStandIns: true,
    });
  });
});
