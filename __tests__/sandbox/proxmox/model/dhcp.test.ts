/** Addresses that guests get by DHCP, as Proxmox VE's own IPAM and dnsmasq give them. */
import { talosMachines } from "../../../../sandbox/proxmox/index.ts";
import type { Store } from "../../../../sandbox/world/store.ts";
import { type Client, rootClient } from "../client.ts";
import { baseLab, IMAGE } from "../lab.ts";

const SUBNET = "cluster/sdn/vnets/guests/subnets/lab-10.20.0.0-24";
const AGENT = "agent/network-get-interfaces";

let world: Store;
let client: Client;

/** Three addresses in the range of the lab's subnet. */
beforeEach(async () => {
  ({ world } = await baseLab());
  client = await rootClient(world);
  await client.does("PUT", SUBNET, { "dhcp-range": "start-address=10.20.0.100,end-address=10.20.0.102" });
  await client.does("PUT", "cluster/sdn");
});
afterEach(() => client.close());

const HARDWARE = { kvm: 0, bios: "ovmf", agent: 1, scsi0: `guests:0,import-from=${IMAGE}` };

function create(vmid: number, more: Readonly<Record<string, string | number>> = { ipconfig0: "ip=dhcp" }) {
  return client.does("POST", "nodes/pve-1/qemu", {
    vmid,
    name: `vm-${vmid}`,
    ...HARDWARE,
    net0: "virtio,bridge=guests",
    ...more,
  });
}

const start = (vmid: number) => client.does("POST", `nodes/pve-1/qemu/${vmid}/status/start`);

/** What the IPAM has, by address: whose it is. */
async function entries(): Promise<Record<string, unknown>> {
  const found = await client.get("cluster/sdn/ipams/pve/status");
  if (!Array.isArray(found)) throw new Error("no list");
  return Object.fromEntries(found.map(({ ip, vmid, gateway }) => [ip, vmid ?? (gateway === 1 ? "gateway" : null)]));
}

async function address(vmid: number): Promise<unknown> {
  const answer = Object(await client.get(`nodes/pve-1/qemu/${vmid}/${AGENT}`));
  return answer.result.at(-1)["ip-addresses"][0];
}

describe("a guest that asks by DHCP", () => {
  it("has an address of the range when it is made, which the IPAM tells of with gateway, name and MAC", async () => {
    await create(101);
    expect(await entries()).toEqual({ "10.20.0.1": "gateway", "10.20.0.100": 101 });
    const { net0 } = Object(await client.get("nodes/pve-1/qemu/101/config"));
    expect(await client.get("cluster/sdn/ipams/pve/status")).toContainEqual({
      zone: "lab",
      vnet: "guests",
      subnet: "10.20.0.0/24",
      ip: "10.20.0.100",
      mac: /virtio=([^,]+)/.exec(net0)?.[1],
      hostname: "vm-101",
      vmid: 101,
    });
  });

  it("is seen at that address by its agent, and as a Talos machine", async () => {
    await create(101);
    await start(101);
    expect(await address(101)).toEqual({ "ip-address": "10.20.0.100", "ip-address-type": "ipv4", prefix: 24 });
    expect(talosMachines(world)).toMatchObject([{ vmId: 101, address: "10.20.0.100" }]);
  });

  it("is also Talos that cloud-init told nothing", async () => {
    await create(101, {});
    await start(101);
    expect(talosMachines(world)).toMatchObject([{ address: "10.20.0.100" }]);
  });

  it("keeps its address over restarts, and gives it back at its end", async () => {
    await create(101);
    await create(102);
    await start(102);
    await client.does("POST", "nodes/pve-1/qemu/102/status/stop");
    await client.does("DELETE", "nodes/pve-1/qemu/101");
    await start(102);
    expect(await entries()).toEqual({ "10.20.0.1": "gateway", "10.20.0.101": 102 });
    await create(103);
    expect(await entries()).toMatchObject({ "10.20.0.100": 103 });
  });

  it("has another address with another MAC, and a clone one of its own", async () => {
    await create(101);
    await client.does("PUT", "nodes/pve-1/qemu/101/config", { net0: "virtio=BC:24:11:00:00:01,bridge=guests" });
    await client.does("POST", "nodes/pve-1/qemu/101/clone", { newid: 102, full: 1 });
    expect(await entries()).toEqual({ "10.20.0.1": "gateway", "10.20.0.100": 101, "10.20.0.101": 102 });
  });

  it("does not start where no address is left", async () => {
    for (const vmid of [101, 102, 103, 104]) await create(vmid);
    expect(Object.keys(await entries())).toHaveLength(4);
    await expect(start(104)).rejects.toThrow("start failed: QEMU exited with code 1");
    await client.does("DELETE", "nodes/pve-1/qemu/102");
    await start(104);
    expect(await address(104)).toMatchObject({ "ip-address": "10.20.0.101" });
  });

  it("has none in a zone without DHCP, so that its agent tells nothing", async () => {
    await client.does("PUT", "cluster/sdn/zones/lab", { delete: "dhcp" });
    await client.does("PUT", "cluster/sdn");
    await create(101);
    await start(101);
    expect(await entries()).toEqual({});
    await expect(address(101)).rejects.toThrow("QEMU guest agent is not running");
    expect(talosMachines(world)).toEqual([]);
  });
});

it("a static address is the guest's own, whatever the IPAM has for it", async () => {
  await create(101, { ipconfig0: "ip=10.20.0.11/24" });
  await start(101);
  expect(await address(101)).toMatchObject({ "ip-address": "10.20.0.11" });
});

it("a subnet in which a guest has an address is not deleted", async () => {
  await create(101);
  const { status, reason } = await client.call("DELETE", SUBNET);
  expect([status, reason]).toEqual([500, expect.stringContaining("cannot delete subnet '10.20.0.0/24', not empty")]);
  await client.does("DELETE", "nodes/pve-1/qemu/101");
  await client.does("DELETE", SUBNET);
});

it("who may not see the network does not see its addresses", async () => {
  await create(101);
  await client.does("POST", "access/users", { userid: "eve@pve" });
  const { value } = Object(await client.does("POST", "access/users/eve@pve/token/see", { privsep: 0 }));
  const eve = client.withToken(`eve@pve!see=${value}`);
  expect(await eve.get("cluster/sdn/ipams/pve/status")).toEqual([]);
});
