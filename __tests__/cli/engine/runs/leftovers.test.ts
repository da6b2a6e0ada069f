/** What a destroy says of what it leaves in a real account. In the sandbox: __tests__/e2e/redeploy.test.ts. */
import { writeFileSync } from "node:fs";
import { ObjectStorage } from "../../../images/object-storage.ts";
import { newBucket } from "../../../images/object-storage-model.ts";
import { fingerprintOf, KEYS, writeProfile } from "../../../images/upload-lab.ts";
import { itWithTool, SmallLab } from "../../small-lab.ts";

jest.setTimeout(60_000);

/** One that exists: of a compartment that the lab made, the account would be asked. */
const COMPARTMENT = "ocid1.compartment.oc1..a";
const OBJECT = { content: Buffer.from("x"), metadata: {}, sizeBytes: 3_000_000_000 };

describe("a destroy in a real account", () => {
  let lab: SmallLab;
  let storage: ObjectStorage;
  beforeEach(async () => {
    lab = new SmallLab({ oci: { terraform: { resource: { terraform_data: { host: { input: "x" } } } } } });
    storage = await ObjectStorage.start();
    storage.keys.set(`ocid1.tenancy.oc1..mine/ocid1.user.oc1..me/${fingerprintOf(KEYS.publicKey)}`, KEYS.publicKey);
    const signIn = { auth: "profile", profile: "LAB" };
    writeFileSync(lab.path("lab.json"), JSON.stringify({ version: 1, lab: "mine", hosts: [], tunnels: [], signIn }));
    const oci = { region: "eu-frankfurt-1", profile: "LAB", compartment: { id: COMPARTMENT } };
    const config = { name: "mine", oci, access: { adminCidrs: ["203.0.113.7/32"] } };
    writeFileSync(lab.path("lab.config.json"), JSON.stringify(config));
  });
  afterEach(async () => {
    await storage.stop();
    lab.dispose();
  });

  const run = (verb: "deploy" | "destroy") =>
    lab.run([verb, "oci", "--auto-approve"], {
      LAB_CONFIG: lab.path("lab.config.json"),
      OCI_CLI_CONFIG_FILE: writeProfile(lab.home)["OCI_CLI_CONFIG_FILE"] ?? "",
      CLIENT_HOST_OVERRIDES: `oci_object_storage.ObjectStorageClient=${storage.endpoint}`,
    });
  const left = async (): Promise<string> => {
    expect(await run("deploy")).toMatchObject({ code: 0 });
    const { code, stderr } = await run("destroy");
    expect(code).toBe(0);
    return stderr;
  };

  itWithTool("names the bucket of images with what is in it, what that costs, and what deletes it", async () => {
    const objects = new Map(["a.oci", "b.oci", "c.oci"].map((name) => [name, OBJECT]));
    storage.buckets.set("mine-images", newBucket("mine-images", COMPARTMENT, { objects }));
    expect(await left()).toMatch(
      /^left: bucket mine-images with 3 objects, 9\.00 GB, free while .* 20 GB; .*destroy --images deletes both$/m,
    );
  });

  itWithTool("says of a bucket that it cannot look at why", async () => {
    storage.keys.clear();
    expect(await left()).toMatch(/^left, where a deploy has made it: bucket mine-images \(not looked at: .+\)$/m);
  });
});
