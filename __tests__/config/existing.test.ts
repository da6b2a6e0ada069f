/** Combinations that hosts of one's own rule out: one line each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../config/index.ts";
import { changed, LEAST, LEAST_AT_HOME, linesOf, REPOSITORY } from "./labs.ts";
import { HOMELAB_ROLES } from "../../topology/privileges.ts";

const NO_ACCOUNT = 'with proxmox.hosts "existing" the lab has no account and makes no hosts';

const CASES: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
  [
    { oci: { region: "eu-frankfurt-1" } },
    `oci: got an object, allowed null (${NO_ACCOUNT}; preset "homelab" has it so)`,
  ],
  [
    { hosts: [{ name: "pve-1", ocpus: 2, memoryGb: 12, bootVolumeGb: 150 }] },
    `hosts: got 1 of them, allowed [] (${NO_ACCOUNT}: those there are in proxmox.nodes)`,
  ],
  [{ micro: { name: "qdevice-1", bootVolumeGb: 50 } }, `micro: got "qdevice-1", allowed null (${NO_ACCOUNT})`],
  [{ allowPaid: true }, `allowPaid: got true, allowed false (${NO_ACCOUNT}: nothing of it costs anything)`],
  [{ "images.format": "vmdk" }, `images.format: got "vmdk", allowed "qcow2" (${NO_ACCOUNT})`],
  [
    { state: { backend: "oci", bucket: "states", namespace: "mine" } },
    `state.backend: got "oci", allowed "local" or "s3" (${NO_ACCOUNT})`,
  ],
  [{ transform: { oci: {} } }, `transform.oci: got an object, allowed nothing (${NO_ACCOUNT}: no stack oci)`],
  [
    {
      "proxmox.nodes": [
        { name: "pve", architecture: "x86_64" },
        { name: "pve", architecture: "arm64", number: 2 },
      ],
    },
    'proxmox.nodes[1].name: got "pve", allowed each node once',
  ],
  [
    {
      "proxmox.nodes": [
        { name: "pve", architecture: "x86_64", number: 2 },
        { name: "pve-2", architecture: "arm64" },
      ],
      "kubernetes.nodes.0.host": "pve",
      "kubernetes.nodes.1.host": "pve-2",
    },
    "proxmox.nodes[1].number: got 2, allowed a number that no other node has",
  ],
  [
    { "proxmox.network.vip": "192.168.1.1" },
    'proxmox.network.vip: got "192.168.1.1", allowed another address than the gateway\'s',
  ],
  [{ "kubernetes.placement": "oci" }, `kubernetes.placement: got "oci", allowed "proxmox" (${NO_ACCOUNT})`],
  [
    { "proxmox.network.vip": "192.168.1.205" },
    'proxmox.network.vip: got "192.168.1.205", allowed an address outside of 192.168.1.200 to 192.168.1.229',
  ],
  [
    { "proxmox.network.gateway": "10.0.0.1" },
    'proxmox.network.gateway: got "10.0.0.1", allowed 192.168.1.1 to 192.168.1.254 (proxmox.network.cidr is 192.168.1.0/24)',
  ],
  [
    { "proxmox.vmIds": { from: 8000, to: 8003 } },
    "proxmox.vmIds: got 8000 to 8003, allowed 12 ids or more (ten control planes and the workers up to the highest number, and a template for each node)",
  ],
  [{ "kubernetes.nodes.0.host": "pve2" }, 'kubernetes.nodes[0].host: got "pve2", allowed pve'],
];

describe("a lab on hosts of one's own", () => {
  it.each(CASES)("refuses %j in one line", (changes, line) => {
    const whole = JSON.parse(JSON.stringify(parseConfig(LEAST_AT_HOME)));
    expect(linesOf(() => parseConfig(changed(whole, changes), "it"))).toEqual([`it: ${line}`]);
  });

  it("may have kvm, which a lab in an account may not", () => {
    expect(linesOf(() => parseConfig({ ...LEAST, virtualization: "kvm" }, "it"))).toEqual([
      expect.stringMatching(/^it: virtualization: got "kvm", allowed "tcg" \(OCI's A1 instances have no \/dev\/kvm/),
    ]);
  });

  it.each(Object.entries(HOMELAB_ROLES))(
    "is told in its document to give %s just these privileges",
    (role, privileges) => {
      const text = readFileSync(join(REPOSITORY, "docs/homelab.md"), "utf8");
      expect(new RegExp(`role add ${role} --privs "([^"]+)"`).exec(text)?.[1]).toBe(privileges.join(" "));
    },
  );
});
