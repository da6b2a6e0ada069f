import { defineLab, parseConfig } from "../../config/index.ts";
import { changed, LEAST, linesOf } from "./labs.ts";

const HOST = { name: "pve-1", ocpus: 2, memoryGb: 12, bootVolumeGb: 150 };
const CP = { name: "cp-1", role: "control-plane", vcpus: 2, memoryMb: 12_288, diskGb: 150 } as const;
const WORKER = { name: "worker-1", role: "worker", vcpus: 1, memoryMb: 6144, diskGb: 50 } as const;
const ID = "ocid1.image.oc1.eu-frankfurt-1.aaaa";
const WHERE = 'with kubernetes.placement "oci" Talos runs on the instances themselves';

const linesFor = (preset: string, changes: Readonly<Record<string, unknown>>) =>
  linesOf(() => parseConfig(changed({ ...LEAST, preset }, changes)));

describe("a config whose Talos runs on the instances", () => {
  it.each([
    [
      { hosts: [HOST] },
      `hosts: got 1 host, allowed [] (${WHERE}: sizes are in kubernetes.nodes; preset "direct" has it so)`,
    ],
    [
      { micro: { name: "qdevice-1", bootVolumeGb: 50 } },
      `micro: got "qdevice-1", allowed null (${WHERE}: there are no hosts to vote)`,
    ],
    [
      { virtualization: "kvm" },
      'virtualization: got "kvm", allowed "tcg" (OCI\'s A1 instances have no /dev/kvm: guests run under emulation)',
    ],
    [
      { "kubernetes.nodes": [{ ...CP, host: "pve-1" }] },
      `kubernetes.nodes[0].host: got "pve-1", allowed nothing (${WHERE})`,
    ],
    [
      { "kubernetes.nodes": [{ ...CP, memoryMb: 5000 }] },
      "kubernetes.nodes[0].memoryMb: got 5000, allowed 2048 to 131072 in steps of 1024 (MB; A1 takes whole GB, 1 to 64 per OCPU)",
    ],
    [
      { "kubernetes.nodes": [{ ...CP, diskGb: 40 }] },
      "kubernetes.nodes[0].diskGb: got 40, allowed 50 or more (GB; an instance's boot volume has no less)",
    ],
    [
      { "kubernetes.nodes": [CP, WORKER], "kubernetes.discoveryService": false },
      `kubernetes.discoveryService: got false, allowed true with several nodes (${WHERE}, and new machines find the API server's inner address by it)`,
    ],
    [{ transform: { proxmox: {} } }, `transform.proxmox: got an object, allowed nothing (${WHERE}: no stack proxmox)`],
  ])("is refused in one line with %j", (changes, line) => {
    expect(linesFor("direct", changes)).toEqual([`lab.config.ts: ${line}`]);
  });

  it("may import a VMDK, which a lab with hosts may not", () => {
    expect(linesFor("direct", { "images.format": "vmdk" })).toEqual([]);
    expect(linesFor("free", { "images.format": "vmdk" })).toEqual([
      'lab.config.ts: images.format: got "vmdk", allowed "qcow2" unless kubernetes.placement is "oci": what is built here is packed as .oci, which names its firmware',
    ]);
  });

  it("may name an image that was imported by hand", () => {
    expect(linesFor("direct", { "oci.talosImageId": ID })).toEqual([]);
  });

  it("is refused by the compiler with what it has no use for", () => {
    const host = { ...HOST };
    // @ts-expect-error -- hosts
    defineLab({ ...LEAST, preset: "direct", hosts: [host] });
    // @ts-expect-error -- a micro
    defineLab({ ...LEAST, preset: "direct", micro: { name: "qdevice-1", bootVolumeGb: 50 } });
    // @ts-expect-error -- a format that hosts' images never have
    defineLab({ ...LEAST, preset: "free", images: { format: "vmdk" } });
    // @ts-expect-error -- virtual machines
    defineLab({ ...LEAST, preset: "direct-pair", virtualization: "kvm" });
    // @ts-expect-error -- a node with a host
    defineLab({ ...LEAST, preset: "direct", kubernetes: { nodes: [{ ...CP, host: "pve-1" }] } });
    // @ts-expect-error -- the other placement
    defineLab({ ...LEAST, preset: "direct", kubernetes: { placement: "proxmox" } });
    expect(defineLab({ ...LEAST, preset: "direct", kubernetes: { nodes: [CP] } }).preset).toBe("direct");
  });
});

describe("a config with Proxmox VE", () => {
  it.each([
    [{ hosts: [] }, 'hosts: got [], allowed a list of 1 to 32 hosts; none only with kubernetes.placement "oci"'],
    [{ "oci.talosImageId": ID }, `oci.talosImageId: got "${ID}", allowed nothing unless kubernetes.placement is "oci"`],
  ])("is refused in one line with %j", (changes, line) => {
    expect(linesFor("free", changes)).toContain(`lab.config.ts: ${line}`);
  });

  it("is refused by the compiler with an image of Talos", () => {
    // @ts-expect-error -- of the other placement
    expect(defineLab({ ...LEAST, preset: "free", oci: { ...LEAST.oci, talosImageId: ID } }).preset).toBe("free");
  });
});
