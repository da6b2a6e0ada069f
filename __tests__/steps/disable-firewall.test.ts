import { addToIpSet, createIpSet, setFirewallOptions } from "../../sandbox/proxmox/model/firewall.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox/lab.ts";
import { worldWith } from "../sandbox/proxmox/world.ts";
import { type Outcome, Ports, startStep } from "./run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

async function disable(world: Store, environment = {}): Promise<Outcome> {
  const [host] = await ports.open(world, "pve-1");
  return await startStep("disable-firewall.mjs", { PVE_HOST: JSON.stringify(host), ...environment }).outcome;
}

function guarded(): Store {
  const world = worldWith({ name: "pve-1" });
  world.state.admin = { cidrs: ["198.51.100.0/24"], address: null };
  const pve = atHost(world, "pve-1");
  createIpSet(pve, "management", "");
  addToIpSet(pve, "management", { cidr: "198.51.100.0/24", nomatch: false, comment: "" });
  setFirewallOptions(pve, { enable: true });
  return world;
}

describe("disable-firewall", () => {
  it("switches the firewall off, and leaves the rest of its options", async () => {
    const world = guarded();
    expect(await disable(world)).toMatchObject({ code: 0, lines: ["pve-1: the datacenter's firewall is off now"] });
    expect(atHost(world, "pve-1").datacenter.firewall.options).toMatchObject({ enable: false, policy_in: "DROP" });
  });

  it("changes nothing when it is run again", async () => {
    const world = guarded();
    await disable(world);
    expect(await disable(world)).toMatchObject({ code: 0, lines: ["pve-1: the datacenter's firewall is off already"] });
  });

  it("gives up in one line where the firewall has locked everybody out", async () => {
    const world = guarded();
    atHost(world, "pve-1").datacenter.firewall.ipsets = {};
    const { code, error } = await disable(world, { PVE_TIMEOUT_SECONDS: "1" });
    expect(code).toBe(1);
    expect(error).toMatch(/^disable-firewall: gave up after 1 s .*no answer in time, as from a firewall that drops$/);
  });
});
