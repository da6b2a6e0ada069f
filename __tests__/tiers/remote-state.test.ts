import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { SmallLab } from "../cli/small-lab.ts";
import { installed, S3Server } from "./s3-server.ts";

const BUCKET = "states";
const TOFU = execFileSync(process.execPath, [join(__dirname, "../../cli/bin/lab.js"), "tools", "path"], {
  encoding: "utf8",
}).trim();

let server: S3Server;
let lab: SmallLab;
beforeAll(async () => {
  expect(installed()).toBe(true);
  server = await S3Server.start(BUCKET);
}, 300_000);
afterAll(() => server.stop());

const thing = (input: string) => ({ terraform_data: { thing: { input } } });
beforeEach(() => {
  lab = new SmallLab({
    oci: { terraform: { resource: thing("a"), output: { made: { value: "${terraform_data.thing.output}" } } } },
    proxmox: {
      reads: ["oci"],
      terraform: {
        resource: thing("${data.terraform_remote_state.oci.outputs.made}"),
        output: { seen: { value: "${terraform_data.thing.output}" } },
      },
    },
  });
  lab.keepIn(server.backend(BUCKET, `lab-${process.hrtime.bigint()}/STACK.tfstate`));
});
afterEach(() => lab.dispose());

const env = () => ({ TERRAFORM_BINARY_NAME: TOFU, ...server.credentials });

it("a lab is deployed, read across stacks and destroyed with its state in a bucket", async () => {
  expect((await lab.run(["deploy", "--auto-approve"], env())).stdout).toContain("proxmox seen = a");
  expect(lab.has(".lab", "state", "oci.tfstate")).toBe(false);
  const outputs = JSON.parse((await lab.run(["output", "--json"], env())).stdout).stacks;
  expect(outputs).toEqual([
    { name: "oci", outputs: { made: "a" } },
    { name: "proxmox", outputs: { seen: "a" } },
  ]);
  expect((await lab.run(["diff"], env())).code).toBe(0);
  expect((await lab.run(["destroy", "--auto-approve"], env())).code).toBe(0);
}, 120_000);
