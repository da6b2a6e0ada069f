import { rmSync, writeFileSync } from "node:fs";
import { S3Model } from "../../s3-model.ts";
import { itWithTool, SmallLab } from "../../small-lab.ts";

let lab: SmallLab;
let s3: S3Model;
beforeEach(async () => {
  s3 = await S3Model.start();
  lab = new SmallLab({ net: { terraform: { resource: { terraform_data: { vcn: { input: "one" } } } } } });
  lab.keepIn(s3.backend());
});
afterEach(async () => {
  lab.dispose();
  await s3.stop();
});

const KEY = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
const deploy = (env: Readonly<Record<string, string>> = KEY) =>
  lab.run(["deploy", "--auto-approve"], { ...env, ...s3.trustedBy(lab.path("ca.pem")) });

describe("states in a bucket by the S3 API, over TLS, of a service that is as strict as OCI", () => {
  itWithTool("are written and locked", async () => {
    const { code, stderr } = await deploy();
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("Error")]);
    expect([...s3.objects.keys()]).toEqual(["lab-states/lab/net.tfstate"]);
  });

  itWithTool("are missed where they are gone from the bucket, before all is made a second time", async () => {
    expect((await deploy()).code).toBe(0);
    s3.objects.clear();
    const { code, stderr } = await deploy();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/state of net is not there \(s3:\/\/lab-states.*a second time/),
    ]);
    expect([...s3.objects.keys()]).toEqual([]);
  });

  itWithTool("are not written where the service cannot lock, and it is said what to do", async () => {
    s3.conditional = false;
    const { code, stderr } = await deploy();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/this service cannot lock.*state.backend "oci"/)]);
    expect([...s3.objects.keys()]).toEqual([]);
  });

  itWithTool("keep a checkout without the lab's secrets from making others", async () => {
    writeFileSync(lab.path("lab.json"), JSON.stringify({ version: 1, lab: "test", hosts: [], tunnels: [] }));
    expect((await deploy()).code).toBe(0);
    rmSync(lab.path(".lab"), { recursive: true });
    const { code, stderr } = await deploy();
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("this lab was made with its secrets: the state of net holds objects. Bring it back"),
    ]);
    expect(lab.has(".lab", "secrets.json")).toBe(false);
  });

  itWithTool("name the keys that are missing", async () => {
    const { code, stderr } = await deploy({ AWS_EC2_METADATA_DISABLED: "true" });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Customer Secret Key.*AWS_ACCESS_KEY_ID/)]);
  });
});
