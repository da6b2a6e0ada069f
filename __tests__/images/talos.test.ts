/** Talos's image: from a factory on loopback into a bucket. */
import { createServer, type Server } from "node:http";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PRESETS } from "../../config/presets.ts";
import { provideTalosImage, type TalosUpload } from "../../images/talos.ts";
import { labSchematic, schematicId, talosObjectName } from "../../topology/schematic.ts";
import { listening } from "../listening.ts";
import { BUCKET, COMPARTMENT, type UploadLab, uploadLab } from "./upload-lab.ts";

const CONFIG = PRESETS.direct;
const SCHEMATIC = labSchematic(CONFIG);
const ID = schematicId(SCHEMATIC);
const OBJECT = talosObjectName(CONFIG);
const QCOW2 = Buffer.concat([Buffer.from([0x51, 0x46, 0x49, 0xfb]), Buffer.alloc(70_000, 7)]);

let lab: UploadLab;
let artifacts: string;
let factory: Server;
let address: string;
/** What the factory answers, and what it was asked. */
let served: { id: string; disk: Buffer; length: number; status: number };
const asked: string[] = [];
const said: string[] = [];

beforeEach(async () => {
  lab = await uploadLab();
  artifacts = mkdtempSync(join(tmpdir(), "ampere-lab-talos-image-"));
  served = { id: ID, disk: QCOW2, length: QCOW2.length, status: 200 };
  asked.length = 0;
  said.length = 0;
  factory = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === "POST") return void response.end(JSON.stringify({ id: served.id }));
    response.writeHead(served.status, { "content-length": served.length });
    response.end(served.disk);
  });
  address = `http://127.0.0.1:${await listening(factory)}`;
});
afterEach(async () => {
  factory.closeAllConnections();
  factory.close();
  rmSync(artifacts, { recursive: true });
  await lab.end();
});

const provide = async (over: Partial<TalosUpload> = {}): Promise<void> =>
  provideTalosImage({
    version: "1.13.9",
    schematic: SCHEMATIC,
    schematicId: ID,
    artifacts,
    factory: address,
    signal: new AbortController().signal,
    store: await lab.open(),
    bucket: BUCKET,
    compartmentId: COMPARTMENT,
    allowPaid: false,
    objectName: OBJECT,
    say: (line) => void said.push(line),
    ...over,
  });

const objects = () => [...(lab.storage.buckets.get(BUCKET)?.objects.keys() ?? [])];
const folderOf = () => join(artifacts, `talos-1.13.9-${ID.slice(0, 12)}`);

describe("the Talos image of instances", () => {
  it("is fetched from the factory, which knows its schematic by then, packed, and uploaded", async () => {
    await provide();
    expect(asked).toEqual(["POST /schematics", `GET /image/${ID}/v1.13.9/oracle-arm64.qcow2`]);
    expect(objects()).toEqual([OBJECT]);
    expect(said.at(-1)).toBe(`${OBJECT}: uploaded`);
  });

  it("is left alone where the bucket has it", async () => {
    await provide();
    asked.length = 0;
    await provide();
    expect(asked).toEqual([]);
  });

  it("is not fetched twice, unless what was fetched has changed on the disk", async () => {
    await provide();
    lab.storage.buckets.get(BUCKET)?.objects.clear();
    asked.length = 0;
    await provide();
    expect([asked, objects()]).toEqual([[], [OBJECT]]);
    writeFileSync(join(folderOf(), "oracle-arm64.qcow2"), "something else");
    lab.storage.buckets.get(BUCKET)?.objects.clear();
    await provide();
    expect(asked).toHaveLength(2);
  });

  it.each([
    [
      "that hashes the schematic otherwise",
      { id: "0".repeat(64) },
      /schematics: got the id 0{64}, allowed [0-9a-f]{64}$/,
    ],
    ["that has no such version", { status: 404 }, /oracle-arm64\.qcow2: HTTP 404; no image was fetched$/],
    ["that sends a page in place of a disk", { disk: Buffer.alloc(QCOW2.length, "<") }, /got what is no qcow2$/],
  ])("is refused, in one line, of a factory %s", async (_what, over, message) => {
    Object.assign(served, over);
    await expect(provide()).rejects.toThrow(message);
    expect(objects()).toEqual([]);
  });

  it("leaves no part of a download that was cut off", async () => {
    served = { ...served, disk: QCOW2.subarray(0, 1000) };
    factory.removeAllListeners("request");
    factory.on("request", (request, response) => {
      if (request.method === "POST") return void response.end(JSON.stringify({ id: ID }));
      response.writeHead(200, { "content-length": served.length });
      response.write(served.disk, () => response.destroy());
    });
    await expect(provide()).rejects.toThrow();
    expect(readdirSync(folderOf())).toEqual([]);
  });

  describe("as a VMDK", () => {
    const objectName = talosObjectName({ ...CONFIG, images: { format: "vmdk" } });
    const qemuImg = (): string => join(artifacts, "qemu-img");

    it("is converted once, and uploaded as it is", async () => {
      const program = '#!/bin/sh\nshift; echo "$@" >>"$0.log"; for last; do :; done; printf KDMV >"$last"\n';
      writeFileSync(qemuImg(), program, { mode: 0o755 });
      await provide({ objectName, qemuImg: qemuImg() });
      const stored = lab.storage.buckets.get(BUCKET)?.objects.get(objectName);
      expect(stored?.content.toString()).toBe("KDMV");
      lab.storage.buckets.get(BUCKET)?.objects.clear();
      await provide({ objectName, qemuImg: qemuImg() });
      expect(objects()).toEqual([objectName]);
      const disk = join(folderOf(), "oracle-arm64");
      const log = readFileSync(`${qemuImg()}.log`, "utf8");
      expect(log).toBe(`-f qcow2 -O vmdk -o subformat=streamOptimized ${disk}.qcow2 ${disk}.vmdk.part\n`);
    });

    it("wants qemu-img, and says so in one line", async () => {
      await expect(provide({ objectName, qemuImg: qemuImg() })).rejects.toThrow(
        'qemu-img is not on PATH, and makes the VMDK: install it (Debian: qemu-utils), or set images.format to "qcow2"',
      );
      expect(objects()).toEqual([]);
    });
  });

  it("has the same bytes in the archive wherever it is packed", async () => {
    await provide();
    const before = lab.storage.buckets.get(BUCKET)?.objects.get(OBJECT);
    lab.storage.buckets.get(BUCKET)?.objects.clear();
    rmSync(folderOf(), { recursive: true });
    await provide();
    expect(lab.storage.buckets.get(BUCKET)?.objects.get(OBJECT)?.metadata).toEqual(before?.metadata);
  });
});
