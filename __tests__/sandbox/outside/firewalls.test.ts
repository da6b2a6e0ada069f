/** The way through the daemon's proxy, past the firewalls of the world. */
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDaemonOutside } from "../../../sandbox/daemon/outside.ts";
import { createVm } from "../../../sandbox/proxmox/model/vm-config.ts";
import { startVm } from "../../../sandbox/proxmox/model/vm-power.ts";
import type { OutsideProxy } from "../../../sandbox/outside/proxy.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import { atHost, baseLab, IMAGE } from "../proxmox/lab.ts";
import { addressOf } from "../proxmox/world.ts";

const HOST = addressOf("pve-1");
const GUEST = "10.20.0.11";

let folder: string;
let proxy: OutsideProxy;
let world: Store;
const open = new Set<net.Socket>();

/** A lab with one guest in maintenance mode, and an admin of whom its config knows. */
beforeEach(async () => {
  ({ world } = await baseLab());
  const pve = atHost(world, "pve-1");
  const hardware = { kvm: "0", bios: "ovmf", net0: "virtio,bridge=guests", ipconfig0: `ip=${GUEST}/24` };
  startVm(pve, createVm(pve, "pve-1", 101, { ...hardware, scsi0: `guests:0,import-from=${IMAGE}` }));
  world.state.admin = { cidrs: ["203.0.113.7/32"], address: null };
  folder = mkdtempSync(join(tmpdir(), "ampere-outside-"));
  const connected = (connection: net.Socket): void => void open.add(connection);
  const authorityFile = join(folder, "outside.pem");
  proxy = await openDaemonOutside(world, {
    ociApi: "http://127.0.0.1:1",
    authorityFile,
    connected,
    log: () => undefined,
  });
});
afterEach(() => {
  proxy.close();
  for (const connection of open) connection.destroy();
  rmSync(folder, { recursive: true });
});

function statusOf(target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(proxy.address, { method: "CONNECT", path: target });
    request.once("connect", ({ statusCode = 0 }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    request.once("error", reject);
    request.end();
  });
}

/** Of what the security lists of the lab say in, this alone. */
function letIn(port: number): void {
  const [list] = world.state.oci.securityLists;
  const tcpOptions = { destinationPortRange: { min: port, max: port }, sourcePortRange: null };
  if (list)
    list.ingressSecurityRules = list.ingressSecurityRules.map((rule) => ({ ...rule, protocol: "6", tcpOptions }));
}

describe("a client that comes by the proxy", () => {
  it("is let in to a host at the ports that its firewalls have open, and at no others", async () => {
    expect(await statusOf(`${HOST}:22`)).toBe(200);
    // The security list lets all of it in; the host's nftables take 8006 from the lab's own network alone.
    expect(await statusOf(`${HOST}:8006`)).toBe(403);
    world.state.admin = { cidrs: ["10.0.0.77/32"], address: null };
    expect(await statusOf(`${HOST}:8006`)).toBe(200);
  });

  it("meets the security groups at every port", async () => {
    world.state.admin = { cidrs: ["10.0.0.77/32"], address: null };
    letIn(22);
    expect([await statusOf(`${HOST}:22`), await statusOf(`${HOST}:8006`)]).toEqual([200, 403]);
    letIn(8006);
    expect([await statusOf(`${HOST}:22`), await statusOf(`${HOST}:8006`)]).toEqual([403, 200]);
  });

  it("meets Proxmox VE's firewall at every port", async () => {
    world.state.admin = { cidrs: ["10.0.0.77/32"], address: null };
    const { firewall } = atHost(world, "pve-1").datacenter;
    const any = { comment: "", dest: "", sport: "", iface: "", macro: "", log: "" };
    firewall.options.enable = true;
    firewall.rules = [{ ...any, type: "in", action: "DROP", enable: true, source: "", proto: "tcp", dport: "8006" }];
    expect([await statusOf(`${HOST}:22`), await statusOf(`${HOST}:8006`)]).toEqual([200, 403]);
  });

  it("reaches a guest as long as the SSH of its host is open to it", async () => {
    expect(await statusOf(`${GUEST}:50000`)).toBe(200);
    letIn(8006);
    expect(await statusOf(`${GUEST}:50000`)).toBe(403);
  });

  it("finds a host at its public address too", async () => {
    world.state.oci.instances = world.state.oci.instances.map((each) => ({ ...each, publicIp: "203.0.113.50" }));
    world.state.admin = { cidrs: ["10.0.0.77/32"], address: null };
    expect(await statusOf("203.0.113.50:8006")).toBe(200);
  });
});
