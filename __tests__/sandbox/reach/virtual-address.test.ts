/** The address that control planes share: who has it, and through which host's tunnel it is reached. */
import { newVm } from "../../../sandbox/proxmox/model/vm-config.ts";
import { talosMachines } from "../../../sandbox/proxmox/index.ts";
import { guestAt } from "../../../sandbox/talos/index.ts";
import { bootstrap, configure, machineAt } from "../../../sandbox/talos/model/machines.ts";
import { tunnelEnd } from "../../../sandbox/systems/endpoints.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import { atHost } from "../proxmox/lab.ts";
import { worldWith } from "../proxmox/world.ts";
import { configurationOf } from "../talos/cluster.ts";
import { addresses, vip } from "../talos/world.ts";

const IMAGE = { content: "images", format: "raw", size: 20 * 1024 ** 3, source: "talos-1.13.9-nocloud-arm64" } as const;
const PLANES = { "pve-1": "cp-1", "pve-2": "cp-2" } as const;

/** Two hosts with a control plane each, of one cluster that runs. */
function lab(): Store {
  const world = worldWith({ name: "pve-1" }, { name: "pve-2" });
  for (const [index, host] of (["pve-1", "pve-2"] as const).entries()) {
    const pve = atHost(world, host);
    const volume = `guests:vm-${101 + index}-disk-0`;
    pve.host.volumes[volume] = IMAGE;
    const ipconfig0 = `ip=${addresses[PLANES[host]]}/24`;
    newVm(pve, pve.host, 101 + index, { name: PLANES[host], scsi0: volume, ipconfig0 }).running = true;
  }
  for (const name of ["cp-1", "cp-2"] as const) {
    const machine = machineAt(world, talosMachines, addresses[name]);
    if (machine) configure(world, talosMachines, machine, configurationOf(name, []));
  }
  const first = machineAt(world, talosMachines, addresses["cp-1"]);
  if (first?.stage === "configured") bootstrap(world, talosMachines, first);
  return world;
}

function down(world: Store, ...hosts: readonly string[]): void {
  const active = hosts.map((host, id) => ({ id, spec: { what: "down", host } as const, seen: 0, hits: 0 }));
  world.state.faults = { lastId: active.length, active };
}

const holder = (world: Store): string | undefined => guestAt(world, vip)?.name;
const tunnel = (via: string, address: string) => ({ name: via, localPort: 1, via, target: { address, port: 6443 } });
/** The hosts whose tunnel gets to an API server at an address. */
const ways = (world: Store, address: string): readonly string[] =>
  ["pve-1", "pve-2"].filter((via) => tunnelEnd(world, tunnel(via, address)) !== null);

describe("the control planes' shared address", () => {
  it("goes to another machine with the host of its holder, and stays there when that host is back", () => {
    const world = lab();
    expect(holder(world)).toBe("cp-1");
    down(world, "pve-1");
    expect(holder(world)).toBe("cp-2");
    down(world);
    expect(holder(world)).toBe("cp-2");
  });

  it("goes to another machine when its holder is switched off", () => {
    const world = lab();
    expect(holder(world)).toBe("cp-1");
    for (const vm of Object.values(atHost(world, "pve-1").datacenter.vms)) vm.running = false;
    expect(holder(world)).toBe("cp-2");
  });

  it("is reached by way of its holder's host alone, as a host reaches no guests of another", () => {
    const world = lab();
    expect(ways(world, vip)).toEqual(["pve-1"]);
    down(world, "pve-1");
    expect(ways(world, vip)).toEqual(["pve-2"]);
    down(world);
    expect(ways(world, vip)).toEqual(["pve-2"]);
  });
});

describe("a tunnel", () => {
  it("is not carried by a host that is down", () => {
    const world = lab();
    const target = { address: "10.0.0.11", port: 8006 };
    expect(tunnelEnd(world, { via: "pve-1", target })).not.toBeNull();
    down(world, "pve-1");
    expect(tunnelEnd(world, { via: "pve-1", target: { address: "10.0.0.12", port: 8006 } })).toBeNull();
  });

  it("that has several others to go by takes one that gets to its end", () => {
    const world = lab();
    world.state.tunnels = [
      { ...tunnel("pve-1", addresses["cp-1"]), localPort: 11 },
      { ...tunnel("pve-2", addresses["cp-2"]), localPort: 12 },
    ];
    const either = { ...tunnel("pve-1", vip), through: [11, 12] };
    for (const [off, is] of [
      [[], true],
      [["pve-1"], true],
      [["pve-2"], true],
      [["pve-1", "pve-2"], false],
    ] as const) {
      down(world, ...off);
      expect({ off, is: tunnelEnd(world, either) !== null }).toEqual({ off, is });
    }
  });
});
