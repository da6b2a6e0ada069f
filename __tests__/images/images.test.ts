import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { PRESET_NAMES } from "../../config/index.ts";
import { PRESETS } from "../../config/presets.ts";
import { DEFAULT_PROXMOX_VERSION, ensureImages, type Images } from "../../images/index.ts";
import { declaredInputs } from "../../images/model/inputs.ts";
import { REPOSITORY } from "../config/labs.ts";

const SHA256 = "a".repeat(64);

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ampere-lab-images-"));
  write("packer/build.sh", "packer build\n");
  write("packer/plugins/plugins.pkr.hcl", "packer {}\n");
  write("packer/base/inputs.pkr.hcl", 'variable "a" {}\n');
  write("packer/base/source.pkrvars.json", '{ "source_url": "" }\n');
  write("packer/base/provision/10-base.sh", "apt-get update\n");
  write("packer/proxmox-ampere/inputs.pkr.hcl", 'variable "b" {}\n');
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const images = (options: Parameters<typeof ensureImages>[0] = {}): Promise<Images> =>
  ensureImages({ root, ...options });

const hashes = async (): Promise<readonly string[]> => {
  const { base, proxmox } = await images();
  return [base.inputHash, proxmox.inputHash];
};

function writeLock({ base, proxmox }: Images, built: boolean): void {
  const entry = (inputHash: string) => ({
    inputHash,
    sha256: built ? SHA256 : null,
    sizeBytes: built ? 1_000_000 : null,
    testedAt: null,
    versions: {},
  });
  const lock = { version: 1, images: { base: entry(base.inputHash), proxmox: entry(proxmox.inputHash) } };
  write("images.lock.json", JSON.stringify(lock));
}

describe("an image's input hash", () => {
  it.each([
    ["a template", "packer/base/inputs.pkr.hcl"],
    ["a script", "packer/base/provision/10-base.sh"],
    ["a new file of the image", "packer/base/files/etc/motd"],
    ["a new script", "packer/base/provision/20-more.sh"],
    ["the pinned source", "packer/base/source.pkrvars.json"],
    ["the script that builds", "packer/build.sh"],
    ["the plugin that it installs", "packer/plugins/plugins.pkr.hcl"],
  ])("of both images changes with %s of the base", async (_, path) => {
    const [base, proxmox] = await hashes();
    write(path, "changed\n");
    const [newBase, newProxmox] = await hashes();
    expect(newBase).not.toBe(base);
    expect(newProxmox).not.toBe(proxmox);
  });

  it("of the base does not change with the image made from it", async () => {
    const [base, proxmox] = await hashes();
    write("packer/proxmox-ampere/provision/10-pve.sh", "apt-get install proxmox-ve\n");
    const [newBase, newProxmox] = await hashes();
    expect(newBase).toBe(base);
    expect(newProxmox).not.toBe(proxmox);
  });

  it("changes when a script is renamed", async () => {
    const [base] = await hashes();
    rmSync(join(root, "packer/base/provision/10-base.sh"));
    write("packer/base/provision/11-base.sh", "apt-get update\n");
    expect((await hashes())[0]).not.toBe(base);
  });

  it.each([
    "packer/base/README.md",
    "packer/base/tests/boot.sh",
    "packer/base/output/disk.qcow2",
    "packer/base/provision/x.sh~",
  ])("does not change with %s", async (path) => {
    const before = await hashes();
    write(path, "anything");
    expect(await hashes()).toEqual(before);
  });

  it("does not change with times or the folder that the checkout lies in", async () => {
    const before = await hashes();
    utimesSync(join(root, "packer/base/inputs.pkr.hcl"), 0, 0);
    const elsewhere = join(root, "elsewhere");
    cpSync(join(root, "packer"), join(elsewhere, "packer"), { recursive: true });
    const { base, proxmox } = await images({ root: elsewhere });
    expect([base.inputHash, proxmox.inputHash]).toEqual(before);
  });

  it("changes with line ends: a script goes into the image as it lies on disk", async () => {
    const before = await hashes();
    write("packer/base/provision/10-base.sh", "apt-get update\r\n");
    expect(await hashes()).not.toEqual(before);
  });

  it("changes with any changed byte of any input, and with nothing else about it", async () => {
    const paths = ["packer/build.sh", "packer/base/source.pkrvars.json", "packer/base/provision/10-base.sh"];
    const content = fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map((bytes) => bytes.map((byte) => byte & 0x7f || 1));
    const edit = fc.record({
      path: fc.constantFrom(...paths),
      content,
      at: fc.nat(59),
      add: fc.integer({ min: 1, max: 126 }),
    });
    await fc.assert(
      fc.asyncProperty(edit, fc.nat(2_000_000_000), async ({ path, content: bytes, at, add }, seconds) => {
        const text = bytes.filter((byte) => byte !== 13);
        fc.pre(text.length > 0);
        write(path, Buffer.from(text));
        const before = await hashes();
        utimesSync(join(root, path), seconds, seconds);
        expect(await hashes()).toEqual(before);
        const changed = Uint8Array.from(text);
        const index = at % changed.length;
        // Never a carriage return: before a line feed it is no change, as checkouts differ in line ends.
        const byte = (((changed[index] ?? 0) + add) % 127) + 1;
        fc.pre(byte !== changed[index] && byte !== 13);
        changed[index] = byte;
        write(path, Buffer.from(changed));
        expect((await hashes())[1]).not.toBe(before[1]);
      }),
      { numRuns: 50 },
    );
  });

  it("keeps line ends of binary files apart", async () => {
    write("packer/base/files/blob", Buffer.from([0, 13, 10]));
    const [base] = await hashes();
    write("packer/base/files/blob", Buffer.from([0, 10]));
    expect((await hashes())[0]).not.toBe(base);
  });

  it("changes with a variable", async () => {
    const { base, proxmox } = await images();
    const other = await images({ variables: { architecture: "x86_64" } });
    expect(other.base.inputHash).not.toBe(base.inputHash);
    expect(other.proxmox.inputHash).not.toBe(proxmox.inputHash);
  });

  it.each(["accelerator", "firmware", "cpus", "memory_mb"])(
    "does not change with %s, which is of the machine that builds",
    async (name) => {
      const before = await hashes();
      const { base, proxmox } = await images({ variables: { [name]: "other" }, proxmoxVariables: { [name]: "other" } });
      expect([base.inputHash, proxmox.inputHash]).toEqual(before);
    },
  );

  it("of the Proxmox image alone changes with the version of Proxmox VE", async () => {
    const { base, proxmox } = await images();
    const other = await images({ proxmoxVersion: "9.3" });
    expect(other.base.inputHash).toBe(base.inputHash);
    expect(other.proxmox.inputHash).not.toBe(proxmox.inputHash);
  });

  it("changes with a source image that takes the place of the pinned one", async () => {
    const { base, proxmox } = await images();
    const other = await images({ sourceSha512: "b".repeat(128) });
    expect(other.base.inputHash).not.toBe(base.inputHash);
    expect(other.proxmox.inputHash).not.toBe(proxmox.inputHash);
  });

  it("is refused for a symbolic link, whose target would not be hashed", async () => {
    mkdirSync(join(root, "packer/base/files"));
    symlinkSync("/etc/hostname", join(root, "packer/base/files/hostname"));
    await expect(images()).rejects.toThrow(/files\/hostname: an image's input must be a plain file$/);
  });

  it("covers files in an order that does not depend on the file system", async () => {
    write("packer/base/files/b", "");
    write("packer/base/files/B", "");
    write("packer/base/files/a/z", "");
    expect(declaredInputs(join(root, "packer/base"))).toEqual([
      "files/B",
      "files/a/z",
      "files/b",
      "inputs.pkr.hcl",
      "provision/10-base.sh",
      "source.pkrvars.json",
    ]);
  });
});

describe("ensureImages", () => {
  it("names the object after the hash of the inputs, and once it is built after that of the artifact", async () => {
    const all = await images();
    const inputs = all.proxmox.inputHash.slice(0, 12);
    expect(all.proxmox.objectName).toBe(`proxmox-ampere-${inputs}.oci`);
    writeLock(all, true);
    expect((await images()).proxmox.objectName).toBe(`proxmox-ampere-${inputs}-${SHA256.slice(0, 12)}.oci`);
  });

  it("calls images stale without a lock, and throws nothing", async () => {
    const { base, proxmox } = await images();
    expect([base.status, proxmox.status, proxmox.built]).toEqual(["stale", "stale", false]);
  });

  it("takes artefact and size from a current lock", async () => {
    writeLock(await images(), true);
    expect((await images()).proxmox).toMatchObject({
      status: "current",
      built: true,
      sha256: SHA256,
      sizeBytes: 1_000_000,
    });
  });

  it("forgets the artefact when the inputs are others", async () => {
    writeLock(await images(), true);
    write("packer/proxmox-ampere/provision/10-pve.sh", "true\n");
    const { base, proxmox } = await images();
    expect(base.status).toBe("current");
    expect(proxmox).toMatchObject({ status: "stale", built: false, sha256: null, sizeBytes: null });
  });

  it.each([
    ["not JSON", "{"],
    ["another version", '{ "version": 2, "images": {} }'],
    ["a hash that is none", '{ "version": 1, "images": { "base": { "inputHash": "x" } } }'],
  ])("refuses in one line a lock that is damaged: %s", async (_, text) => {
    write("images.lock.json", text);
    await expect(images()).rejects.toThrow(
      /^\S+images\.lock\.json: [^\n]+; restore it with git, it is a committed file$/,
    );
  });
});

describe("the repository's lock", () => {
  it("is current: run node images/lock-inputs.ts after a change under packer/", async () => {
    const { base, proxmox } = await ensureImages({ root: REPOSITORY });
    expect([base.status, proxmox.status]).toEqual(["current", "current"]);
  });

  it.each(PRESET_NAMES)("is of the Proxmox VE that the preset %s names", (preset) => {
    expect(DEFAULT_PROXMOX_VERSION).toBe(PRESETS[preset].versions.proxmox);
  });
});
