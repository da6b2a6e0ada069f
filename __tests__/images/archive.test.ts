import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { assert, asyncProperty, integer, nat, uint8Array, uniqueArray } from "fast-check";
import { extract } from "tar-stream";
import { z } from "zod";
import { ArchiveError, type OciArchive, ociArchive, sha256Of } from "../../images/model/archive.ts";
import { imageMetadata } from "../../images/model/archive-metadata.ts";

const ABOUT = { operatingSystem: "Debian", operatingSystemVersion: "13 (Proxmox VE 9.2)" };
const METADATA = imageMetadata(ABOUT);
const DISK = Buffer.from("QFI\xfb and then some", "latin1");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-archive-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

function archiveOf(content: Uint8Array, name = "disk.qcow2"): Promise<OciArchive> {
  writeFileSync(path(name), content);
  return ociArchive(path(name), ABOUT);
}

const tar = (...args: readonly string[]): Buffer => execFileSync("tar", args, { env: { ...process.env, TZ: "UTC" } });

describe("the archive", () => {
  it("is a tar that any tar reads, with the metadata first and the disk as output.QCOW2", async () => {
    const archive = await archiveOf(DISK);
    writeFileSync(path("image.oci"), await buffer(archive.read()));
    const listed = tar("--numeric-owner", "-tvf", path("image.oci")).toString();
    expect(
      listed
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/\s+/)),
    ).toEqual([
      ["-rw-r--r--", "0/0", String(METADATA.length), "1970-01-01", "00:00", "image_metadata.json"],
      ["-rw-r--r--", "0/0", String(DISK.length), "1970-01-01", "00:00", "output.QCOW2"],
    ]);
    expect(tar("-tvf", path("image.oci")).toString()).toContain("root/root");
    expect(tar("-xOf", path("image.oci"), "image_metadata.json").toString()).toBe(METADATA);
    expect(tar("-xOf", path("image.oci"), "output.QCOW2").equals(DISK)).toBe(true);
  });

  it("is the same whatever the disk's times, name and folder, and the second time", async () => {
    const archive = await archiveOf(DISK);
    const first = await buffer(archive.read());
    expect((await buffer(archive.read())).equals(first)).toBe(true);
    mkdirSync(path("elsewhere"));
    copyFileSync(path("disk.qcow2"), path("elsewhere/other.img"));
    utimesSync(path("elsewhere/other.img"), 1e9, 1e9);
    const other = await ociArchive(path("elsewhere/other.img"), ABOUT);
    expect((await buffer(other.read())).equals(first)).toBe(true);
  });

  it("reads back exactly, whatever the disk's size, and has the size it says", async () => {
    await assert(
      asyncProperty(uint8Array({ maxLength: 1500 }), async (disk) => {
        const archive = await archiveOf(disk);
        const whole = await buffer(archive.read());
        expect(whole.length).toBe(archive.sizeBytes);
        expect(whole.length % 512).toBe(0);
        const entries: [string, string][] = [];
        for await (const entry of archive.read().pipe(extract()))
          entries.push([entry.header.name, (await buffer(entry)).toString("latin1")]);
        expect(entries).toEqual([
          ["image_metadata.json", METADATA],
          ["output.QCOW2", Buffer.from(disk).toString("latin1")],
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it.each([0, 1, 511, 512, 513, 1024])("of %i bytes has no block more than it needs", async (bytes) => {
    const blocks = (size: number): number => 512 * Math.ceil(size / 512);
    const { sizeBytes } = await archiveOf(Buffer.alloc(bytes));
    expect(sizeBytes).toBe(512 + blocks(METADATA.length) + 512 + blocks(bytes) + 1024);
  });

  it("is the sum of its slices, wherever it is cut", async () => {
    const archive = await archiveOf(createHash("sha512").update("disk").digest());
    const whole = await buffer(archive.read());
    const cuts = uniqueArray(integer({ min: 0, max: archive.sizeBytes }), { maxLength: 12 });
    await assert(
      asyncProperty(cuts, async (points) => {
        const bounds = [0, ...points.toSorted((a, b) => a - b), archive.sizeBytes];
        const slices = bounds.slice(1).map((end, index) => buffer(archive.read(bounds[index], end)));
        expect(Buffer.concat(await Promise.all(slices)).equals(whole)).toBe(true);
      }),
      { numRuns: 60 },
    );
    await assert(
      asyncProperty(nat(archive.sizeBytes), nat(archive.sizeBytes), async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect((await buffer(archive.read(start, end))).equals(whole.subarray(start, end))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("of a disk over 8 GiB has its size in the header, and is not read for that", async () => {
    const size = 9 * 1024 ** 3 + 5;
    writeFileSync(path("big.qcow2"), "");
    truncateSync(path("big.qcow2"), size);
    const archive = await ociArchive(path("big.qcow2"), ABOUT);
    const diskStart = 512 + Math.ceil(METADATA.length / 512) * 512 + 512;
    expect(archive.sizeBytes).toBe(diskStart + size + 507 + 1024);
    writeFileSync(path("start.tar"), await buffer(archive.read(0, diskStart)));
    // Cut off where the disk begins, which tar complains of after it has listed it.
    const listing = `tar -tvf ${path("start.tar")} 2>/dev/null || true`;
    expect(execFileSync("sh", ["-c", listing]).toString()).toContain(` ${size} `);
    expect((await buffer(archive.read(archive.sizeBytes - 1600))).equals(Buffer.alloc(1600))).toBe(true);
  });

  it.each([
    [-1, 5],
    [6, 5],
    [0, 1e9],
    [Number.NaN, 5],
  ])("has no bytes %d to %d", async (start, end) => {
    const archive = await archiveOf(DISK);
    expect(() => archive.read(start, end)).toThrow(RangeError);
  });

  it("of a disk that is not there is refused in one line", async () => {
    await expect(ociArchive(path("none.qcow2"), ABOUT)).rejects.toThrow(
      new ArchiveError(`${path("none.qcow2")}: no such file; make it with npx lab images build`),
    );
    await expect(ociArchive(folder, ABOUT)).rejects.toThrow(ArchiveError);
  });

  it("of a disk that vanished or got shorter fails with one line", async () => {
    const archive = await archiveOf(DISK);
    truncateSync(path("disk.qcow2"), 5);
    const lost = DISK.length - 5;
    await expect(buffer(archive.read())).rejects.toThrow(
      new ArchiveError(`${path("disk.qcow2")}: got ${lost} bytes shorter while it was read; build it again`),
    );
    rmSync(path("disk.qcow2"));
    await expect(buffer(archive.read())).rejects.toThrow(/^\S+disk\.qcow2: cannot be read: [^\n]*ENOENT/);
  });
});

describe("the metadata", () => {
  const choice = z.discriminatedUnion("descriptorType", [
    z.strictObject({ descriptorType: z.literal("enumstring"), values: z.array(z.string()), defaultValue: z.string() }),
    z.strictObject({ descriptorType: z.literal("enuminteger"), values: z.array(z.int()), defaultValue: z.int() }),
    z.strictObject({ descriptorType: z.literal("boolean"), defaultValue: z.boolean() }),
  ]);
  const document = z.object({
    version: z.number(),
    externalLaunchOptions: z.record(z.string(), z.unknown()),
    imageCapabilityData: z.string(),
    imageCapsFormatVersion: z.uuid(),
    operatingSystem: z.string(),
    operatingSystemVersion: z.string(),
    additionalMetadata: z.object({ shapeCompatibilities: z.array(z.object({ internalShapeName: z.string() })) }),
  });
  const metadata = document.parse(JSON.parse(METADATA));
  const { capabilities } = z
    .strictObject({ capabilities: z.record(z.string(), choice) })
    .parse(JSON.parse(metadata.imageCapabilityData));

  it("allows UEFI and nothing else", () => {
    expect(capabilities["Compute.Firmware"]).toEqual({
      descriptorType: "enumstring",
      values: ["UEFI_64"],
      defaultValue: "UEFI_64",
    });
    expect(metadata.externalLaunchOptions["firmware"]).toBe("UEFI_64");
    expect(METADATA).not.toContain("BIOS");
  });

  it("allows paravirtualized devices and nothing else", () => {
    const kinds = ["Compute.LaunchMode", "Network.AttachmentType", "Storage.BootVolumeType"];
    for (const name of [...kinds, "Storage.LocalDataVolumeType", "Storage.RemoteDataVolumeType"])
      expect([name, capabilities[name]]).toMatchObject([name, { values: ["PARAVIRTUALIZED"] }]);
    const { networkType, bootVolumeType, remoteDataVolumeType, launchOptionsSource } = metadata.externalLaunchOptions;
    expect(new Set([networkType, bootVolumeType, remoteDataVolumeType, launchOptionsSource])).toEqual(
      new Set(["PARAVIRTUALIZED"]),
    );
  });

  it("leaves no capability to a default of Oracle's: it names all that images which booted had", () => {
    expect(Object.keys(capabilities).sort()).toEqual([
      "Compute.AMD_SecureEncryptedVirtualization",
      "Compute.Firmware",
      "Compute.LaunchMode",
      "Compute.SecureBoot",
      "Network.AttachmentType",
      "Network.IPv6Only",
      "Storage.BootVolumeType",
      "Storage.ConsistentVolumeNaming",
      "Storage.Iscsi.MultipathDeviceSupported",
      "Storage.LocalDataVolumeType",
      "Storage.ParaVirtualization.AttachmentVersion",
      "Storage.ParaVirtualization.EncryptionInTransit",
      "Storage.RemoteDataVolumeType",
    ]);
  });

  it("has launch options and capabilities that agree", () => {
    expect(metadata.externalLaunchOptions).toEqual({
      firmware: capabilities["Compute.Firmware"]?.defaultValue,
      networkType: capabilities["Network.AttachmentType"]?.defaultValue,
      bootVolumeType: capabilities["Storage.BootVolumeType"]?.defaultValue,
      remoteDataVolumeType: capabilities["Storage.RemoteDataVolumeType"]?.defaultValue,
      localDataVolumeType: capabilities["Storage.LocalDataVolumeType"]?.defaultValue,
      launchOptionsSource: capabilities["Compute.LaunchMode"]?.defaultValue,
      pvAttachmentVersion: capabilities["Storage.ParaVirtualization.AttachmentVersion"]?.defaultValue,
      pvEncryptionInTransitEnabled: capabilities["Storage.ParaVirtualization.EncryptionInTransit"]?.defaultValue,
      consistentVolumeNamingEnabled: capabilities["Storage.ConsistentVolumeNaming"]?.defaultValue,
    });
  });

  it("is version 2, for the Ampere shape, and says which system it is of", () => {
    expect(metadata).toMatchObject({ version: 2, ...ABOUT });
    expect(metadata.additionalMetadata.shapeCompatibilities).toEqual([{ internalShapeName: "VM.Standard.A1.Flex" }]);
  });
});

describe("sha256Of", () => {
  it("is the checksum of what a stream gives", async () => {
    const archive = await archiveOf(DISK);
    const whole = createHash("sha256")
      .update(await buffer(archive.read()))
      .digest("hex");
    expect(await sha256Of(archive.read())).toBe(whole);
  });
});
