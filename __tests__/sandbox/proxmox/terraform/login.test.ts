import { adminReaches } from "../../../../sandbox/reach/index.ts";
import type { World } from "../../../../sandbox/world/world.ts";
import { atHost, imageConfig } from "../lab.ts";
import { terraform } from "./terraform.ts";
import { addressOf, worldWith } from "../world.ts";

const POOL = { pool_id: "lab" };
const pool = "virtual_environment_pool";

describe("the provider", () => {
  it("plans a lab whose hosts do not exist yet", async () => {
    const tf = await terraform(worldWith(), "pve-1", { endpoint: null, password: null });
    await expect(tf.plan("download_file", imageConfig())).resolves.toMatchObject({ replaces: [] });
    await expect(tf.plan("virtual_environment_vm", { node_name: "pve-1", vm_id: 100 })).resolves.toBeDefined();
  });

  it.each([
    ["wrong password", { password: "battery staple" }, /^authentication failed: .*HTTP 401.*authentication failure/],
    ["unknown user", { username: "nobody@pve" }, /^authentication failed/],
    ["unknown token", { api_token: "root@pam!none=1" }, /^authentication failed: .*invalid token value!/],
    ["port without a tunnel", { endpoint: "https://127.0.0.1:1/" }, /^connection refused: .*dial tcp 127.0.0.1:1/],
    ["missing endpoint", { endpoint: null }, /^Missing Proxmox VE API Endpoint/],
  ])("says so at the first operation: %s", async (_what, overrides, message) => {
    const tf = await terraform(worldWith({ name: "pve-1" }), "pve-1", overrides);
    await expect(tf.apply(pool, POOL)).rejects.toThrow(message);
  });

  it("never shows the password", async () => {
    const tf = await terraform(worldWith({ name: "pve-1" }), "pve-1", { password: "battery staple" });
    await expect(tf.apply(pool, POOL)).rejects.not.toThrow("battery staple");
  });

  it("finds nothing behind a tunnel to a host that is not there", async () => {
    const world = worldWith({ name: "pve-1" });
    world.state.oci.instances.pop();
    await expect((await terraform(world)).apply(pool, POOL)).rejects.toThrow(/^connection refused/);
  });
});

describe("a firewall that is on and lets nobody use SSH", () => {
  const enabled = { enabled: true, input_policy: "DROP" };
  const ssh = { type: "in", action: "ACCEPT", proto: "tcp", dport: "22" };
  const comingFrom = (world: World, address: string): void => {
    world.state.admin = { cidrs: [], address };
  };

  it("locks the next run out", async () => {
    const world = worldWith({ name: "pve-1" });
    const tf = await terraform(world);
    await tf.apply("virtual_environment_cluster_firewall", enabled);
    await expect((await terraform(world)).apply(pool, POOL)).rejects.toThrow(/^connection refused/);
  });

  it("lets the run go on that switched it on", async () => {
    const tf = await terraform(worldWith({ name: "pve-1" }));
    await tf.apply("virtual_environment_cluster_firewall", enabled);
    await expect(tf.apply(pool, POOL)).resolves.toBeDefined();
  });

  it("lets in who is in the set, and locks them out when they come from elsewhere", async () => {
    const world = worldWith({ name: "pve-1" });
    comingFrom(world, "198.51.100.7");
    const tf = await terraform(world);
    const cidr = [{ name: "10.0.0.0/24" }, { name: "198.51.100.7" }];
    await tf.apply("virtual_environment_firewall_ipset", { name: "management", cidr });
    await tf.apply("virtual_environment_cluster_firewall", enabled);
    await expect((await terraform(world)).apply(pool, POOL)).resolves.toBeDefined();
    comingFrom(world, "198.51.100.8");
    await expect((await terraform(world)).apply(pool, POOL)).rejects.toThrow(/^connection refused/);
  });

  it("lets in whom a rule lets in, from the network that it names, if it is the first that fits", async () => {
    const world = worldWith({ name: "pve-1" });
    const tf = await terraform(world);
    const rule = [{ ...ssh, action: "DROP", source: "10.20.0.0/24" }, ssh];
    await tf.apply("virtual_environment_firewall_rules", { rule });
    await tf.apply("virtual_environment_cluster_firewall", enabled);
    const standing = (address: string) => {
      comingFrom(world, address);
      return adminReaches(world, addressOf("pve-1"));
    };
    expect([standing("198.51.100.8"), standing("10.20.0.11")]).toEqual([true, false]);
  });

  it("stays on when its resource goes: the provider only forgets it", async () => {
    const world = worldWith({ name: "pve-1" });
    const tf = await terraform(world);
    const firewall = await tf.apply("virtual_environment_cluster_firewall", enabled);
    await tf.destroy("virtual_environment_cluster_firewall", firewall);
    expect(atHost(world, "pve-1").datacenter.firewall.options.enable).toBe(true);
  });

  it("has an empty second plan, switched on and switched off", async () => {
    const tf = await terraform(worldWith({ name: "pve-1" }));
    for (const config of [enabled, { enabled: false }, {}]) {
      const state = await tf.apply("virtual_environment_cluster_firewall", config);
      const seen = await tf.refresh("virtual_environment_cluster_firewall", state);
      expect(seen).toEqual(state);
      expect(await tf.plan("virtual_environment_cluster_firewall", config, state)).toMatchObject({ empty: true });
    }
  });
});
