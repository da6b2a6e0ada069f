import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aspects, TerraformHclModule, TerraformStack } from "cdktf";
import { parseConfig } from "../../config/index.ts";
import { FreeTierError } from "../../constructs/free-tier/guard.ts";
import { LabError } from "../../constructs/lab/error.ts";
import { LabStack } from "../../constructs/lab/lab-stack.ts";
import { PlainResource } from "../../constructs/lab/plain-resource.ts";
import { buildLab, type Lab } from "../../lab.ts";
import { planTopology } from "../../topology/plan.ts";
import { BASE, HOME, IMAGES } from "../stacks/synthesize.ts";

const outdir = mkdtempSync(join(tmpdir(), "ampere-lab-extension-"));
afterAll(() => rmSync(outdir, { recursive: true }));

class MyStack extends LabStack {}

function synth(extend: (lab: Lab) => unknown, allowPaid = false) {
  const topology = planTopology(parseConfig({ ...BASE, allowPaid, extend }));
  return buildLab({ topology, images: IMAGES, home: HOME, outdir }).synth();
}

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

const plain = (scope: LabStack, type: string, args: Record<string, unknown>, id = "mine") =>
  new PlainResource(scope, id, { type, arguments: args });
const PAID = { shape: "VM.Standard.E4.Flex" };

describe("what a config adds", () => {
  it.each<[string, (lab: Lab) => unknown, RegExp]>([
    [
      "a second network load balancer",
      ({ oci }) => plain(oci, "oci_network_load_balancer_network_load_balancer", {}),
      /network load balancers +2 .*oci\/api\/nlb, oci\/mine/,
    ],
    [
      "a shape that costs, in a stack of one's own",
      (lab) => plain(new MyStack(lab.app, "mine", lab), "oci_core_instance", PAID),
      /other instances +1 .*mine\/mine/,
    ],
    [
      "a shape that an override of a stack brings in",
      ({ oci }) => oci.addOverride("resource.oci_core_instance.raw", PAID),
      /other instances +1 .*oci\/oci_core_instance\.raw/,
    ],
    [
      "a shape that an override of a resource brings in",
      ({ oci }) => oci.hosts.get("pve-1")?.nodes.instance.addOverride("shape", PAID.shape),
      /other instances +1 .*oci\/pve-1\/instance/,
    ],
    [
      "a shape that an aspect brings in",
      ({ oci }) => Aspects.of(oci).add({ visit: (node) => void ("shapeInput" in node && Object.assign(node, PAID)) }),
      /other instances +1 .*oci\/pve-1\/instance/,
    ],
    [
      "a module, which may make anything",
      ({ oci }) => new TerraformHclModule(oci, "module", { source: "example.org/anything" }),
      /oci\/module: what a module makes is not known at synth/,
    ],
  ])("is refused %s", (_what, extend, message) => {
    const refused = thrownBy(() => synth(extend));
    expect(refused).toBeInstanceOf(FreeTierError);
    expect(refused).toHaveProperty("message", expect.stringMatching(message));
    expect(existsSync(join(outdir, "stacks"))).toBe(false);
  });

  it("may cost where the config says so", () => {
    expect(synth(({ oci }) => plain(oci, "oci_core_instance", PAID), true)).toMatchObject({ free: false });
  });

  it.each<[string, (lab: Lab) => unknown, string]>([
    [
      "a stack that keeps its state elsewhere",
      ({ app }) => new TerraformStack(app, "other"),
      "other: got a TerraformStack, allowed a LabStack with the app as its scope",
    ],
    [
      "a stack within another",
      (lab) => new MyStack(lab.oci, "inner", lab),
      "oci/inner: got a stack within another construct, allowed a LabStack with the app as its scope",
    ],
    [
      "a name that is no stack's",
      (lab) => new MyStack(lab.app, "My_Stack", lab),
      'My_Stack: name of the stack: got "My_Stack", allowed lower-case letters',
    ],
    [
      "two constructs of one address",
      ({ oci }) => [plain(oci, "a_b", {}, "x.y"), plain(oci, "a_b", {}, "x:y")].map((each) => each.friendlyUniqueId),
      'oci/x:y: got the id "x:y", allowed another one: oci/x.y becomes x-y too',
    ],
  ])("is refused %s, in one line that names the construct", (_what, extend, message) => {
    const refused = thrownBy(() => synth(extend));
    expect(refused).toBeInstanceOf(LabError);
    expect(refused).toHaveProperty("message", expect.stringContaining(message));
  });

  it("is done when extend returns", () => {
    expect(() => synth(async () => {})).toThrow(
      "lab.config.ts: extend: got an async function, allowed one that is done when it returns",
    );
  });

  it("is refused where it is no function", () => {
    expect(() => parseConfig({ ...BASE, extend: {} })).toThrow("extend: got {}, allowed a function of the lab");
  });
});
