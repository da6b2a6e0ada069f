import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformDataSource, TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";
import { parseConfig, PRESET_NAMES, type PresetName } from "../../config/index.ts";
import type { LabStack } from "../../constructs/lab/lab-stack.ts";
import { buildLab, type LabTransforms } from "../../lab.ts";
import { planTopology } from "../../topology/plan.ts";
import { leastOf } from "../config/labs.ts";
import { BASE, HOME, IMAGES, synthesize } from "../stacks/synthesize.ts";

const outdir = mkdtempSync(join(tmpdir(), "ampere-lab-transform-"));
afterAll(() => rmSync(outdir, { recursive: true }));

function stacks(preset: PresetName): readonly LabStack[] {
  const topology = planTopology(parseConfig({ ...leastOf(preset), allowPaid: preset === "payg" }));
  return buildLab({ topology, images: IMAGES, home: HOME, outdir }).stacks;
}

/** Resources that a construct or a map of constructs leads to, by `nodes`. */
function reached(part: unknown): readonly unknown[] {
  if (part instanceof Map) return [...part.values()].flatMap(reached);
  // Some resources have an attribute of this name.
  if (part instanceof TerraformResource || part instanceof TerraformDataSource) return [part];
  if (typeof part !== "object" || part === null || !("nodes" in part)) return [];
  return Object.values(Object(part.nodes)).flatMap(reached);
}

const isResource = (each: IConstruct): boolean =>
  (each instanceof TerraformResource || each instanceof TerraformDataSource) && !each.node.path.includes("cross-stack");

describe.each(PRESET_NAMES)("preset %s", (preset) => {
  it("has every resource within reach of its stack, by constructs and their nodes", () => {
    for (const stack of stacks(preset)) {
      const known = new Set(Object.values(stack).flatMap(reached));
      const lost = stack.node.findAll().filter((each) => isResource(each) && !known.has(each));
      expect(lost.map((each) => each.node.path)).toEqual([]);
    }
  });
});

describe("a transform", () => {
  const transformed = (transform: LabTransforms, preset: PresetName = "free") =>
    synthesize({ ...BASE, preset, transform });

  it("lays arguments over the lab's", () => {
    const { oci } = transformed({ oci: { network: { vcn: { dnsLabel: "mine" } } } });
    expect(oci.resource["oci_core_vcn"]?.["network_vcn"]).toMatchObject({
      dns_label: "mine",
      cidr_blocks: ["10.0.0.0/16"],
    });
  });

  it("that is a function gets the lab's arguments", () => {
    const instance = ({ displayName = "", ...ours }) => ({ ...ours, displayName: `${displayName}-x` });
    const { oci } = transformed(
      { oci: { hosts: { instance: (ours) => ({ ...ours, ...instance(ours) }) } } },
      "free-pair",
    );
    const names = Object.values(oci.resource["oci_core_instance"] ?? {}).map((each) => each["display_name"]);
    expect(names).toEqual(expect.arrayContaining(["pve-1-x", "pve-2-x", "qdevice-1"]));
  });

  it("reaches what a stack has beside its constructs", () => {
    const { proxmox, talos } = transformed({
      proxmox: { pool: { comment: "mine" } },
      talos: { bootstrap: { timeouts: { create: "2h" } } },
    });
    expect(proxmox.resource["proxmox_virtual_environment_pool"]?.["pool"]).toMatchObject({ comment: "mine" });
    expect(talos.resource["talos_machine_bootstrap"]?.["bootstrap"]).toMatchObject({ timeouts: { create: "2h" } });
  });

  it("changes nothing where there is none", () => {
    expect(transformed({ oci: {}, talos: { machines: {} } })).toEqual(synthesize(BASE));
  });

  it.each<[string, object, string]>([
    [
      "a name of no resource",
      { oci: { network: { vnc: {} } } },
      "oci/network: transform.vnc: got a name of nothing here, allowed vcn, gateway, routes, securityList, subnet",
    ],
    [
      "a name of no construct",
      { oci: { netwrk: {} } },
      "oci: transform.netwrk: got a name of nothing here, allowed account, network, ",
    ],
    [
      "what this lab has not",
      { oci: { micro: {} } },
      "oci: transform.micro: got a name of nothing here, allowed account, ",
    ],
  ])("is refused %s at synth", (_what, transform, message) => {
    expect(() => synthesize({ ...BASE, transform })).toThrow(message);
  });

  it.each<[string, object, string]>([
    [
      "a function that returns nothing",
      { oci: { network: { vcn: () => undefined } } },
      "oci/network: transform.vcn: got a function that returns undefined, allowed arguments, or a function that returns arguments",
    ],
    ["a value", { oci: { network: { vcn: 3 } } }, "oci/network: transform.vcn: got 3, allowed arguments"],
    ["a value for a construct", { oci: { network: 3 } }, "oci/network: transform: got number, allowed an object"],
  ])("is refused %s", (_what, transform, message) => {
    expect(() => synthesize({ ...BASE, transform })).toThrow(expect.objectContaining({ name: "LabError" }));
    expect(() => synthesize({ ...BASE, transform })).toThrow(message);
  });

  it("is refused of a stack that there is not", () => {
    expect(() => parseConfig({ ...BASE, transform: { mine: {} } })).toThrow(
      "transform.mine: got an unknown field, allowed oci, proxmox, talos",
    );
  });
});
