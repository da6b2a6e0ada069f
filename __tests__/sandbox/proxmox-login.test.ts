import { connect } from "node:net";
import { pveEndpoint } from "../../sandbox/proxmox/index.ts";
import { setFirewallOptions } from "../../sandbox/proxmox/pve/firewall.ts";
import { atHost, imageConfig } from "./proxmox-lab.ts";
import { terraform } from "./proxmox-terraform.ts";
import { addressOf, openPort, worldWith } from "./proxmox-world.ts";

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

describe("a firewall that is on with an empty management set", () => {
  const enabled = { enabled: true, input_policy: "DROP" };

  it("locks the next run out without a word", async () => {
    const world = worldWith({ name: "pve-1" });
    const tf = await terraform(world);
    await tf.apply("virtual_environment_cluster_firewall", enabled);
    await expect((await terraform(world)).apply(pool, POOL)).rejects.toThrow(/^i\/o timeout/);
  });

  it("lets the run go on that switched it on", async () => {
    const tf = await terraform(worldWith({ name: "pve-1" }));
    await tf.apply("virtual_environment_cluster_firewall", enabled);
    await expect(tf.apply(pool, POOL)).resolves.toBeDefined();
  });

  it("lets a connection hang", async () => {
    const world = worldWith({ name: "pve-1" });
    setFirewallOptions(atHost(world, "pve-1"), { enable: true });
    const { server, port } = await openPort(world, "pve-1");
    const heard: string[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\n\r\n"));
    for (const event of ["data", "end", "close"]) socket.on(event, () => heard.push(event));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual([]);
    socket.destroy();
    server.close();
  });

  it("locks nobody out that is in the set", async () => {
    const world = worldWith({ name: "pve-1" });
    const tf = await terraform(world);
    const cidr = [{ name: "10.0.0.0/24" }, { name: "198.51.100.7" }];
    await tf.apply("virtual_environment_firewall_ipset", { name: "management", cidr });
    await tf.apply("virtual_environment_cluster_firewall", enabled);
    await expect((await terraform(world)).apply(pool, POOL)).resolves.toBeDefined();
    expect(pveEndpoint(world, addressOf("pve-1"))).not.toBeNull();
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
