/** An import looks into the `.oci` archive that it is of, for what it says of shapes and firmware. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { ociArchive } from "../../../../images/model/archive.ts";
import { inventory } from "../../../../sandbox/systems/index.ts";
import { type Api, ociApi } from "../client.ts";
import { host, network, type Tenancy, tenancy } from "../tenancy.ts";

const A1 = "VM.Standard.A1.Flex";
let api: Api;
let to: Tenancy;

beforeEach(async () => {
  api = await ociApi();
  to = await tenancy("always-free", { region: "eu-frankfurt-1" }, api.store);
  await api.call("POST", `/n/${to.oci.namespace}/b`, { compartmentId: to.root, name: "lab-images" });
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

/** Uploads it and imports it. @returns the image's id */
async function imported(objectName: string, content: Uint8Array<ArrayBuffer> | string): Promise<string> {
  await api.put(`/n/${to.oci.namespace}/b/lab-images/o/${objectName}`, content);
  const source = { sourceType: "objectStorageTuple", namespaceName: to.oci.namespace, bucketName: "lab-images" };
  const { body } = await api.call("POST", "/20160918/images", {
    compartmentId: to.root,
    imageSourceDetails: { ...source, objectName },
  });
  return body.id;
}

async function shapesOf(imageId: string): Promise<readonly string[]> {
  const { body } = await api.call("GET", `/20160918/images/${imageId}/shapes`);
  return body.map(({ shape }: { readonly shape: string }) => shape);
}

async function archiveOf(files: Readonly<Record<string, string>>): Promise<Buffer<ArrayBuffer>> {
  const entries = pack();
  for (const [name, content] of Object.entries(files)) entries.entry({ name }, content);
  entries.finalize();
  return buffer(entries);
}

const metadata = (firmware: string, ...shapes: readonly string[]): string =>
  JSON.stringify({
    externalLaunchOptions: { firmware },
    additionalMetadata: { shapeCompatibilities: shapes.map((internalShapeName) => ({ internalShapeName })) },
  });

it("the project's own archive boots on A1 without a shape that is added", async () => {
  const disk = join(api.home, "disk.qcow2");
  writeFileSync(disk, "disk");
  const archive = await ociArchive(disk, { operatingSystem: "Debian", operatingSystemVersion: "13" });
  const imageId = await imported("lab.oci", await buffer(archive.read()));
  expect(await shapesOf(imageId)).toEqual([A1]);
  await to.apply("oci_core_instance", host(to, await network(to), imageId));
  expect(to.oci.instances).toMatchObject([{ imageId, firmware: "UEFI_64" }]);
});

it("an archive may be compressed, and name shapes that this account has not", async () => {
  const files = { "output.QCOW2": "disk", "image_metadata.json": metadata("UEFI_64", "VM.Standard.A2.Flex", A1) };
  const imageId = await imported("lab.oci", gzipSync(await archiveOf(files)));
  expect(await shapesOf(imageId)).toEqual(["VM.Standard.A2.Flex", A1]);
});

it("the archive's firmware is the image's", async () => {
  const imageId = await imported("lab.oci", await archiveOf({ "image_metadata.json": metadata("BIOS", A1) }));
  const { body } = await api.call("GET", `/20160918/images/${imageId}`);
  expect(body.launchOptions.firmware).toBe("BIOS");
});

it("a shape that the archive names may be managed too, and only then is something of the account's", async () => {
  const imageId = await imported("lab.oci", await archiveOf({ "image_metadata.json": metadata("UEFI_64", A1) }));
  const managed = () => inventory(to.store.state).filter(({ type }) => type === "oci_core_shape_management");
  expect(managed()).toEqual([]);
  await to.apply("oci_core_shape_management", { compartment_id: to.root, image_id: imageId, shape_name: A1 });
  expect([managed().length, await shapesOf(imageId)]).toEqual([1, [A1]]);
});

it.each([
  ["no archive", "disk"],
  ["an archive cut off", gzipSync("disk").subarray(0, 15)],
])("what is %s names no shapes", async (_what, content) => {
  const shapes = await shapesOf(await imported("lab.oci", content));
  // Whatever is for x86.
  expect([shapes.includes("VM.Standard.E2.1.Micro"), shapes.includes(A1)]).toEqual([true, false]);
});
