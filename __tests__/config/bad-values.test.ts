import { quotedList } from "../../config/fields.ts";
import { PRESET_NAMES } from "../../config/index.ts";
import { linesFor } from "./labs.ts";

const HOST = { name: "pve-1", ocpus: 2, memoryGb: 12, bootVolumeGb: 150 };
const CP = { name: "cp-1", role: "control-plane", vcpus: 2, memoryMb: 3072, diskGb: 20 };
const WORKER = { name: "worker-1", role: "worker", vcpus: 2, memoryMb: 2048, diskGb: 20 };

const REGION = "a region identifier such as eu-frankfurt-1";
const SLOT = "lower-case letters, digits and hyphens, at most 63, ending in a hyphen and a number, such as";
const PRIVATE = "a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16)";
const ADMIN =
  "an IPv4 network written with its first address, such as 203.0.113.7/32 for one machine (IPv6 is not supported)";

const BACKENDS = '"local", "oci" (Terraform 1.12 or newer) or "s3" (OpenTofu or Terraform, 1.10 or newer)';
const BUCKET = 'the name of a bucket: letters, digits, hyphens, underscores and periods, not "." or ".."';
const ENDPOINT =
  "allowed an https:// address without a user, a blank, a query or a fragment (http:// to this machine only)";
const S3 = { backend: "s3", bucket: "states", endpoint: "https://s3.example.com", region: "eu-frankfurt-1" };
const OCI = { backend: "oci", bucket: "states", namespace: "axlocal" };

/** What is wrong → the one line that says so. */
const CASES: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
  [{ preset: "gratis" }, `preset: got "gratis", allowed ${quotedList(PRESET_NAMES)}`],
  [
    { name: "a-lab-with-a-long-name" },
    'name: got "a-lab-with-a-long-name", allowed lower-case letters, digits and hyphens, at most 15, starting with a letter',
  ],
  [{ "oci.region": "Frankfurt" }, `oci.region: got "Frankfurt", allowed ${REGION}`],
  [{ "oci.region": undefined }, `oci.region: got nothing, allowed ${REGION}`],
  [{ oci: null }, 'oci: got null, allowed an object with region; null only with proxmox.hosts "existing"'],
  [{ oci: 3 }, "oci: got 3, allowed an object with region, and more if wanted"],
  [{ "oci.availabilityDomain": 4 }, "oci.availabilityDomain: got 4, allowed 1, 2 or 3"],
  [{ "oci.budget.amount": 0.5 }, "oci.budget.amount: got 0.5, allowed 1 to 1000000"],
  [{ "oci.budget.email": "me" }, 'oci.budget.email: got "me", allowed an email address'],
  [
    { "oci.compartment": { id: "lab" } },
    'oci.compartment.id: got "lab", allowed an OCID such as ocid1.compartment.oc1..aaaa',
  ],
  [
    { "oci.compartment": { id: "ocid1.tenancy.oc1..aaaa", create: "lab" } },
    "oci.compartment: got { id: 'ocid1.tenancy.oc1..aaaa', create: 'lab' }, allowed { create: NAME } or { id: OCID }",
  ],
  [
    { "network.vcn": "10.0.0.0" },
    `network.vcn: got "10.0.0.0", allowed ${PRIVATE} of /16 to /26, written with its first address`,
  ],
  [
    { "network.guests": "169.254.0.0/24" },
    `network.guests: got "169.254.0.0/24", allowed ${PRIVATE} of /16 to /26, written with its first address`,
  ],
  [
    { "network.pods": "192.168.0.0/13" },
    `network.pods: got "192.168.0.0/13", allowed ${PRIVATE} of /8 to /23, written with its first address`,
  ],
  [
    { "network.subnet": "10.0.0.7/24" },
    `network.subnet: got "10.0.0.7/24", allowed ${PRIVATE} of /16 to /26, written with its first address`,
  ],
  [{ "access.adminCidrs": ["::/0"] }, `access.adminCidrs[0]: got "::/0", allowed ${ADMIN}`],
  [{ "access.adminCidrs": ["203.0.113.7"] }, `access.adminCidrs[0]: got "203.0.113.7", allowed ${ADMIN}`],
  [
    { "access.adminCidrs": ["0.0.0.0/0"] },
    'access.adminCidrs[0]: got "0.0.0.0/0", allowed a network of /8 or smaller; ' +
      "access.allowAnywhere: true opens SSH and the API server to all of it",
  ],
  [
    { "access.adminCidrs": ["203.0.113.7/32", "203.0.113.7/32"] },
    'access.adminCidrs[1]: got "203.0.113.7/32", allowed each network once',
  ],
  [
    { "access.adminCidrs": [] },
    'access.adminCidrs: got [], allowed a list of 1 to 50 IPv4 networks, such as ["203.0.113.7/32"]',
  ],
  [
    { "access.basePort": 80 },
    "access.basePort: got 80, allowed 1024 to 56336 (unprivileged, and the last tunnel's port stays under 65536)",
  ],
  [
    { hosts: [{ ...HOST, bootVolumeGb: 40 }] },
    "hosts[0].bootVolumeGb: got 40, allowed 50 to 32768 (GB; every OCI volume is at least 50 GB)",
  ],
  [{ hosts: [{ ...HOST, name: "pve" }] }, `hosts[0].name: got "pve", allowed ${SLOT} pve-1`],
  [
    { hosts: [{ ...HOST, ocpus: 1, memoryGb: 100 }] },
    "hosts[0].memoryGb: got 100, allowed 4 to 64 (GB; A1 takes 1 to 64 GB per OCPU)",
  ],
  [
    { hosts: [{ ...HOST, bootVolume: 60 }] },
    "hosts[0].bootVolume: got an unknown field, allowed name, ocpus, memoryGb, bootVolumeGb, faultDomain; " +
      "did you mean bootVolumeGb?",
  ],
  [{ hosts: [HOST, HOST] }, 'hosts[1].name: got "pve-1", allowed a name that no other host, micro or node has'],
  [
    { hosts: [HOST, { ...HOST, name: "arm-1" }] },
    'hosts[1].name: got "arm-1", allowed a number at its end that no other of the hosts has (pve-1 has 1)',
  ],
  [
    { hosts: [{ ...HOST, name: "pve-100" }] },
    'hosts[0].name: got "pve-100", allowed a number from 1 to 99 at its end (hosts)',
  ],
  [{ micro: { bootVolumeGb: 50 } }, `micro.name: got nothing, allowed ${SLOT} qdevice-1`],
  [
    { virtualization: "kvm" },
    'virtualization: got "kvm", allowed "tcg" (OCI\'s A1 instances have no /dev/kvm: guests run under emulation)',
  ],
  [
    { "kubernetes.nodes": [CP, { ...CP, name: "cp-2" }] },
    "kubernetes.nodes: got 2 control planes, allowed 1, 3 or 5 control planes (etcd votes by majority)",
  ],
  [
    { preset: "payg", "kubernetes.nodes": [CP] },
    "kubernetes.allowSchedulingOnControlPlanes: got false, allowed true where there is no worker (pods would have no node to run on)",
  ],
  [{ "kubernetes.nodes": [CP, { ...WORKER, host: "pve-9" }] }, 'kubernetes.nodes[1].host: got "pve-9", allowed pve-1'],
  [
    { "kubernetes.nodes": [CP, { ...WORKER, role: "master" }] },
    'kubernetes.nodes[1].role: got "master", allowed "control-plane" or "worker"',
  ],
  [
    { "versions.talos": "1.13.9", "versions.kubernetes": "1.37.0" },
    'versions.kubernetes: got "1.37.0", allowed 1.31 to 1.36 (what Talos 1.13 runs)',
  ],
  [
    { "versions.talos": "1.14.1", "versions.kubernetes": "1.32.0" },
    'versions.kubernetes: got "1.32.0", allowed 1.33 to 1.37 (what Talos 1.14 runs)',
  ],
  [
    { "versions.talos": "1.13" },
    'versions.talos: got "1.13", allowed a full version of 1.12, 1.13 or 1.14, such as 1.14.1',
  ],
  [{ "versions.talos": "1.13.09" }, expect.stringMatching(/^versions\.talos: got "1\.13\.09", allowed a full/)],
  [
    { "versions.kubernetes": "1.036.3" },
    expect.stringMatching(/^versions\.kubernetes: got "1\.036\.3", allowed a full/),
  ],
  [
    { "versions.kubernetes": "1.36.03" },
    expect.stringMatching(/^versions\.kubernetes: got "1\.36\.03", allowed a full/),
  ],
  [{ "versions.proxmox": "9.02" }, 'versions.proxmox: got "9.02", allowed a 9.x version such as 9.2'],
  [{ "versions.proxmox": "8.4" }, 'versions.proxmox: got "8.4", allowed a 9.x version such as 9.2'],
  [{ "state.backend": "gcs" }, `state.backend: got "gcs", allowed ${BACKENDS}`],
  [{ "state.bucket": "b" }, "state.bucket: got an unknown field, allowed backend, encryption"],
  [{ state: { ...S3, bucket: "a/b" } }, `state.bucket: got "a/b", allowed ${BUCKET}`],
  [{ state: { ...S3, endpoint: "http://s3.example.com" } }, `state.endpoint: got "http://s3.example.com", ${ENDPOINT}`],
  [{ state: { ...S3, endpoint: "https://key:secret@s3.example.com" } }, expect.stringContaining(ENDPOINT)],
  ...[
    "https://:pw@s3.example.com",
    "https://@s3.example.com",
    "https://s3.example.com ",
    "https://s3.example.com/a b",
  ].map((endpoint) => [{ state: { ...S3, endpoint } }, expect.stringContaining(ENDPOINT)] as const),
  [{ state: { ...S3, bucket: ".." } }, `state.bucket: got "..", allowed ${BUCKET}`],
  ...["..", ".", "labs/../other", "labs/."].map(
    (prefix) =>
      [{ state: { ...S3, prefix } }, expect.stringMatching(/^state\.prefix: got .*none "\." or "\.\."$/)] as const,
  ),
  [{ state: { ...S3, region: undefined } }, `state.region: got nothing, allowed ${REGION}`],
  [{ state: { ...S3, prefix: "/lab" } }, expect.stringMatching(/^state\.prefix: got "\/lab", allowed names of /)],
  [
    { state: { ...OCI, encryption: true } },
    "state.encryption: got an unknown field, allowed backend, bucket, namespace, region, prefix",
  ],
  [{ tags: { Lab: "mine" } }, expect.stringMatching(/^tags\.Lab: got the key "Lab", .*not "lab" \(the lab's own\)/)],
  [{ tags: { "cost centre": "x" } }, expect.stringContaining("allowed at most 8 tags: keys of printable ASCII")],
  ...["a b", "a.b", "a\nb", "a\n", "größe", ""].map(
    (key) => [{ tags: { [key]: "x" } }, expect.stringContaining("keys of printable ASCII")] as const,
  ),
  [{ tags: { Team: "a", team: "b" } }, expect.stringMatching(/^tags: got .*none twice in other case/)],
  [{ tags: { owner: 3 } }, "tags.owner: got 3, allowed text of at most 256 characters"],
  [{ "kubernetes.cni": "calico" }, 'kubernetes.cni: got "calico", allowed "flannel", "cilium" or "none"'],
  [
    { "talos.extensions": ["qemu-guest-agent"] },
    'talos.extensions[0]: got "qemu-guest-agent", allowed an official extension, such as siderolabs/iscsi-tools',
  ],
  [
    { "talos.kernelArgs": ["no"] },
    expect.stringMatching(/^talos\.kernelArgs\[0\]: got "no", allowed an argument such as/),
  ],
  [
    { "talos.patches": [{ patch: "machine: {}" }] },
    expect.stringMatching(/^talos\.patches\[0\]\.patch: got "machine: \{\}", allowed a plain object/),
  ],
  [
    { "talos.patches": [{ patch: { machine: new Date(0) } }] },
    expect.stringMatching(/^talos\.patches\[0\]\.patch: .*allowed a plain object/),
  ],
  [{ "talos.patches": [{ for: ["cp-9"], patch: {} }] }, 'talos.patches[0].for: got "cp-9", allowed cp-1'],
  ...["node-role.kubernetes.io/worker", "node-restriction.kubernetes.io/a", "k8s.io/a"].map(
    (key) =>
      [
        { "kubernetes.nodes": [{ ...CP, labels: { [key]: "" } }] },
        expect.stringContaining("allowed an object of labels"),
      ] as const,
  ),
  [
    { "kubernetes.nodes": [{ ...CP, taints: { a: "NoSchedul" } }] },
    expect.stringMatching(/^kubernetes\.nodes\[0\]\.taints\.a: got "NoSchedul", allowed "VALUE:EFFECT"/),
  ],
  [
    { "kubernetes.nodes": [{ ...CP, volumes: { data: 11 } }] },
    "kubernetes.nodes[0].volumes: got 11, allowed at most 10 together (GiB; diskGb is 20, and Talos needs 10 of it)",
  ],
  [
    { "kubernetes.cni": "cilium", "kubernetes.inlineManifests": { cilium: "kind: Namespace" } },
    'kubernetes.inlineManifests: got "cilium", allowed another name (cni "cilium" has one of this name)',
  ],
  [{ allowpaid: true }, expect.stringMatching(/^allowpaid: got an unknown field, .*; did you mean allowPaid\?$/)],
];

describe("a bad value", () => {
  it.each(CASES)("%j is one line that names the field", (changes, line) => {
    const lines = linesFor(changes);
    expect(lines.map((text) => text.replace(/^lab\.config\.ts: /, ""))).toEqual([line]);
  });

  it("one of them names how many nodes there may be", () => {
    const [line] = linesFor({ "kubernetes.nodes": Array.from({ length: 8001 }, () => CP) });
    expect(line).toMatch(/allowed a list of 1 to 8000 nodes, with 1, 3 or 5 control planes among them$/);
  });

  it("two of them are two lines", () => {
    expect(linesFor({ "oci.region": 3, "access.basePort": 3 })).toHaveLength(2);
  });
});
