import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../cli/ui/findings.ts";
import { lockFinding, validateImages } from "../../cli/engine/checks/images.ts";
import { artifactFolder } from "../../images/artifact.ts";
import { buildImages } from "../../images/build.ts";
import { BASE, PROXMOX } from "../../images/model/definitions.ts";
import { ensureImages } from "../../images/index.ts";
import { recordBuild } from "../../images/record.ts";
import { fakeRunner, Repository } from "./repository.ts";

let repository: Repository;
beforeEach(() => {
  repository = new Repository();
  check("echo all is fine");
});
afterEach(() => repository.dispose());

function check(script: string): void {
  repository.write("packer/check.sh", `#!/bin/sh\n${script}\n`);
  chmodSync(repository.path("packer/check.sh"), 0o755);
}

/** Builds both, and records them in the lock, the base first. */
async function build(): Promise<void> {
  const { root, artifacts } = repository;
  const images = [BASE, PROXMOX];
  const signal = new AbortController().signal;
  const results = await buildImages({ images, root, artifacts, runner: fakeRunner(), signal, say: () => undefined });
  for (const result of results) await recordBuild({ root }, result.image, result);
}

function validate(): Promise<readonly Finding[]> {
  return validateImages({
    root: repository.root,
    inputs: { root: repository.root },
    artifacts: repository.artifacts,
    env: { PATH: process.env["PATH"] },
    signal: new AbortController().signal,
    status: () => undefined,
  });
}
async function line(name: string): Promise<string> {
  const found = (await validate()).filter((each) => each.name === name);
  return found.map(({ status, found: what }) => `${status}: ${what}`).join("\n");
}

describe("validating images", () => {
  it("accepts what was just built, and warns of what is not tested", async () => {
    await build();
    expect((await validate()).map(({ name, status }) => `${name}: ${status}`)).toEqual([
      "source: ok",
      "lock base: warn",
      "lock proxmox: warn",
      "build base: ok",
      "build proxmox: ok",
      "templates: ok",
    ]);
  });

  it("warns of a lock of other inputs, which a deploy brings on, and of a build of other inputs", async () => {
    await build();
    repository.write("packer/base/build.pkr.hcl", 'variable "c" {}\n');
    expect(await line("lock base")).toMatch(/^warn: images\.lock\.json is of other inputs than [0-9a-f]{12}$/);
    expect(await line("build base")).toMatch(/^warn: as it was built, but of other inputs/);
  });

  it("says of the lock what doctor says", async () => {
    const both = async (): Promise<void> => {
      const { base, proxmox } = await ensureImages({ root: repository.root, artifacts: repository.artifacts });
      const doctor = [lockFinding("lock base", base, false), lockFinding("lock proxmox", proxmox, false)];
      expect((await validate()).filter(({ name }) => name.startsWith("lock "))).toEqual(doctor);
    };
    await both();
    await build();
    await both();
    repository.write("packer/base/build.pkr.hcl", 'variable "c" {}\n');
    await both();
  });

  it("fails with a build that was changed", async () => {
    await build();
    writeFileSync(join(artifactFolder(repository.artifacts, BASE), "disk.qcow2"), "other");
    expect(await line("build base")).toMatch(
      /^fail: .*disk\.qcow2: got SHA-256 [0-9a-f]{64}, but [0-9a-f]{64} was built/,
    );
  });

  it("fails with a build that is not the one that the lock has", async () => {
    await build();
    const lock = JSON.parse(repository.read("images.lock.json"));
    lock.images.base.sha256 = "f".repeat(64);
    repository.write("images.lock.json", JSON.stringify(lock));
    expect(await line("build base")).toMatch(/^fail: archive [0-9a-f]{12}, images\.lock\.json has f{12}$/);
  });

  it("warns of a source that is not pinned", async () => {
    repository.pin("", "");
    expect(await line("source")).toBe("warn: no Debian image is pinned to start from");
  });

  it("says what the check of the templates found, and what it lacks", async () => {
    check("echo first; echo 'packer fmt base formats it' >&2; exit 1");
    expect(await line("templates")).toBe("fail: packer fmt base formats it");
    check("echo 'check.sh: packer is not on PATH' >&2; exit 2");
    expect(await line("templates")).toBe("warn: not looked at: packer is not on PATH");
  });
});
