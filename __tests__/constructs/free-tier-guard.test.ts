import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformResource, TerraformStack } from "cdktf";
import { FreeTierError, guardFreeTier } from "../../constructs/free-tier/guard.ts";
import { buildLab } from "../../lab.ts";
import { parseConfig } from "../../config/index.ts";
import { planTopology } from "../../topology/plan.ts";
import { BASE, IMAGES } from "../stacks/synthesize.ts";

type Arguments = Record<string, unknown>;

/** A stack of resources written by hand, each `[type, arguments]`. */
function stackOf(...resources: [string, Arguments][]): TerraformStack {
  const stack = new TerraformStack(new App({ outdir: mkdtempSync(join(tmpdir(), "guard-")) }), "mine");
  resources.forEach(([terraformResourceType, args], index) => {
    const resource = new TerraformResource(stack, `r${index}`, { terraformResourceType });
    for (const [name, value] of Object.entries(args)) resource.addOverride(name, value);
  });
  return stack;
}

const check = (...resources: [string, Arguments][]) => guardFreeTier([stackOf(...resources)], [IMAGES.proxmox], false);
const a1 = (ocpus: number, memoryGb: number, bootGb = 50): [string, Arguments] => [
  "oci_core_instance",
  {
    shape: "VM.Standard.A1.Flex",
    shape_config: { ocpus, memory_in_gbs: memoryGb },
    source_details: { boot_volume_size_in_gbs: String(bootGb) },
  },
];
const micro: [string, Arguments] = ["oci_core_instance", { shape: "VM.Standard.E2.1.Micro" }];
const copies = (count: number, resource: [string, Arguments]) => Array.from({ length: count }, () => resource);

describe("the free-tier guard", () => {
  it.each([
    ["2 OCPUs of A1", [a1(2, 12)], [a1(3, 12)], "A1 OCPUs"],
    ["12 GB of A1 memory", [a1(2, 12)], [a1(2, 13)], "A1 memory"],
    ["2 A1 instances", copies(2, a1(0.5, 3)), copies(3, a1(0.5, 3)), "A1 instances"],
    ["2 micros", copies(2, micro), copies(3, micro), "E2.1.Micro instances"],
    [
      "no other shape",
      [a1(1, 6)],
      [["oci_core_instance", { shape: "VM.Standard.E4.Flex" }] as [string, Arguments]],
      "other instances",
    ],
    [
      "200 GB of volumes, boot volumes among them",
      [a1(2, 12, 150), ["oci_core_volume", { size_in_gbs: 50 }] as [string, Arguments]],
      [a1(2, 12, 150), ["oci_core_volume", { size_in_gbs: 51 }] as [string, Arguments]],
      "boot and block volumes",
    ],
    ["volumes of at least 50 GB", [a1(2, 12, 50)], [a1(2, 12, 49)], "smallest volume"],
    [
      "5 volume backups",
      copies(5, ["oci_core_volume_backup", {}]),
      copies(6, ["oci_core_boot_volume_backup", {}]),
      "volume backups",
    ],
    [
      "1 network load balancer",
      [["oci_network_load_balancer_network_load_balancer", {}] as [string, Arguments]],
      copies(2, ["oci_network_load_balancer_network_load_balancer", {}]),
      "network load balancers",
    ],
    [
      "1 flexible load balancer",
      [["oci_load_balancer_load_balancer", {}] as [string, Arguments]],
      copies(2, ["oci_load_balancer_load_balancer", {}]),
      "flexible load balancers",
    ],
    [
      "10 Mbps of it",
      [
        ["oci_load_balancer_load_balancer", { shape_details: { maximum_bandwidth_in_mbps: 10 } }] as [
          string,
          Arguments,
        ],
      ],
      [
        ["oci_load_balancer_load_balancer", { shape_details: { maximum_bandwidth_in_mbps: 11 } }] as [
          string,
          Arguments,
        ],
      ],
      "flexible load balancer bandwidth",
    ],
    [
      "a load balancer of a fixed shape by its name",
      [["oci_load_balancer_load_balancer", { shape: "10Mbps-Micro" }] as [string, Arguments]],
      [["oci_load_balancer_load_balancer", { shape: "100Mbps" }] as [string, Arguments]],
      "flexible load balancer bandwidth",
    ],
    ["2 VCNs", copies(2, ["oci_core_vcn", {}]), copies(3, ["oci_core_vcn", {}]), "VCNs"],
    ["no NAT gateway", [], [["oci_core_nat_gateway", {}] as [string, Arguments]], "NAT gateways"],
    ["no service gateway", [], [["oci_core_service_gateway", {}] as [string, Arguments]], "service gateways"],
    [
      "2 reserved addresses",
      copies(2, ["oci_core_public_ip", { lifetime: "RESERVED" }]),
      copies(3, ["oci_core_public_ip", { lifetime: "RESERVED" }]),
      "reserved public IPs",
    ],
  ])("lets %s through and not one more", (_what, inside, over, label) => {
    expect(check(...inside).free).toBe(true);
    expect(() => check(...over)).toThrow(FreeTierError);
    expect(() => check(...over)).toThrow(label);
  });

  it.each([
    [10e9, true],
    [10e9 + 1000, false],
  ])(
    "counts an image of %d bytes twice, as object and imported, against 20 GB of object storage",
    (sizeBytes, free) => {
      const images = [{ ...IMAGES.proxmox, sizeBytes }];
      expect(guardFreeTier([stackOf()], images, true).free).toBe(free);
    },
  );

  it("counts over all stacks together", () => {
    expect(() => guardFreeTier([stackOf(a1(1, 6)), stackOf(a1(2, 6))], [IMAGES.proxmox], false)).toThrow("A1 OCPUs");
  });

  it("multiplies by count", () => {
    const [type, args] = a1(1, 4);
    expect(() => check([type, { ...args, count: 3 }])).toThrow("A1 OCPUs");
  });

  it("says which resources use a limit that is crossed, and what to change", () => {
    expect(() => check(a1(2, 12), a1(1, 1))).toThrow(/mine\/r0.*mine\/r1/s);
    expect(() => check(a1(2, 12), a1(1, 1))).toThrow("hosts[].ocpus");
  });

  it("refuses a pool of instances, which may be any", () => {
    expect(() => check(["oci_core_instance_pool", { size: 1 }])).toThrow("instance_configuration_id is not known");
  });

  it("refuses what it cannot know, naming resource and argument", () => {
    expect(() => check(["oci_core_instance", { shape: "${var.shape}" }])).toThrow(
      "mine/r0: shape is not known at synth",
    );
    expect(() => check(["oci_core_vcn", { for_each: "${var.vcns}" }])).toThrow("mine/r0: for_each is not known");
  });

  it.each([
    ["gold", "gcremuefit7dpcnjpdrtphjk4bwm3emm55t6cghctt2m6iyyjdva", 28],
    ["silver", "7hwv7iscewqqcmyqe2zuzfce6setvckhbxduswtxf6ctew7e54ja", 21],
    ["bronze", "drzfwjb5tflixtmy5axp2kx65uqakgnupfogabzjhtn5x5dfra6q", 17],
  ])("counts the backups that Oracle's policy %s keeps of a volume", (_name, unique, backups) => {
    const policy_id = `ocid1.volumebackuppolicy.oc1..aaaaaaaa${unique}`;
    const assigned = new RegExp(`volume backups +${backups} `);
    expect(() => check(["oci_core_volume_backup_policy_assignment", { policy_id }])).toThrow(assigned);
    expect(() => check(["oci_core_volume", { backup_policy_id: policy_id }])).toThrow(assigned);
  });

  it("refuses a backup policy of one's own, as it may keep more than five backups", () => {
    const policy = "${oci_core_volume_backup_policy.mine.id}";
    const message = "mine/r0: how many backups the backup policy keeps is not known at synth";
    expect(() => check(["oci_core_volume_backup_policy_assignment", { policy_id: policy }])).toThrow(message);
    expect(() => check(["oci_core_volume_group", { backup_policy_id: policy }])).toThrow(message);
    expect(check(["oci_core_volume_backup_policy", {}]).free).toBe(true);
  });

  it("lets a bill through where the config says so, and still shows it", () => {
    const verdict = guardFreeTier([stackOf(a1(4, 24))], [IMAGES.proxmox], true);
    expect(verdict).toMatchObject({ free: false, accepted: true });
  });

  it.each([
    ["free", true],
    ["free-pair", true],
    ["payg", false],
  ] as const)("finds preset %s free: %s", (preset, free) => {
    const topology = planTopology(parseConfig({ ...BASE, preset }));
    const outdir = mkdtempSync(join(tmpdir(), "guard-"));
    const app = buildLab({ topology, images: IMAGES, home: "/home/me/lab", outdir });
    expect(guardFreeTier(app.stacks, [IMAGES.proxmox], true).free).toBe(free);
  });

  it("writes nothing when it fails", () => {
    const outdir = mkdtempSync(join(tmpdir(), "guard-"));
    const topology = planTopology(parseConfig({ ...BASE, preset: "payg", allowPaid: false }));
    expect(() => buildLab({ topology, images: IMAGES, home: "/home/me/lab", outdir }).synth()).toThrow(FreeTierError);
    expect(readdirSync(outdir)).not.toContain("manifest.json");
  });
});
