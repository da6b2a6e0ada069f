/** Uploads as the program that a test kills does: `node upload-child.ts ENDPOINT DISK SHA256`, with its pid said first. */
import { ociArchive } from "../../images/model/archive.ts";
import { openObjectStore, uploadImage } from "../../images/upload/index.ts";

const [, , endpoint, disk = "", sha256 = "", objectName = "", bucket = "", partBytes = ""] = process.argv;
console.log(process.pid);
const say = console.error;
const store = await openObjectStore({
  region: "eu-frankfurt-1",
  signIn: { auth: "profile", profile: "LAB" },
  signal: new AbortController().signal,
  say,
  endpoint,
});
await uploadImage({
  store,
  archive: await ociArchive(disk, { operatingSystem: "Debian", operatingSystemVersion: "13" }),
  objectName,
  sha256,
  inputHash: "1".repeat(64),
  bucket,
  compartmentId: "ocid1.compartment.oc1..lab",
  allowPaid: false,
  say,
  partBytes: Number(partBytes),
});
