import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { host, hostImage, idOf, network, tenancy } from "../tenancy.ts";

const NLB = "oci_network_load_balancer_network_load_balancer";
const SET = "oci_network_load_balancer_backend_set";
const BACKEND = "oci_network_load_balancer_backend";
const LISTENER = "oci_network_load_balancer_listener";

async function setup() {
  const to = await tenancy();
  const net = await network(to);
  const config = { compartment_id: to.root, display_name: "api", subnet_id: net.subnetId };
  const balancer = await to.apply(NLB, config);
  const inBalancer = { network_load_balancer_id: idOf(balancer) };
  const set = { ...inBalancer, name: "api", policy: "FIVE_TUPLE", health_checker: [{ protocol: "TCP", port: 6443 }] };
  const listener = { ...inBalancer, name: "api", default_backend_set_name: "api", protocol: "TCP", port: 6443 };
  return { to, net, config, balancer, inBalancer, set, listener };
}

describe("a network load balancer", () => {
  it("has a public and a private address", async () => {
    const { balancer } = await setup();
    expect(balancer.ip_addresses).toEqual([
      { ip_address: "192.0.2.1", ip_version: "IPV4", is_public: true, reserved_ip: [] },
      { ip_address: "10.0.0.2", ip_version: "IPV4", is_public: false, reserved_ip: [] },
    ]);
  });

  it("has a private address only when it is private", async () => {
    const { to, config, balancer } = await setup();
    await to.destroy(NLB, balancer);
    expect((await to.apply(NLB, { ...config, is_private: true })).ip_addresses).toMatchObject([{ is_public: false }]);
  });

  it("is the only one of a free account", async () => {
    const { to, config } = await setup();
    await expect(to.apply(NLB, config)).rejects.toThrow("network-load-balancer-count (limit 1, used 1, asked 1 more)");
  });

  it("names its parts as the real provider does", async () => {
    const { to, balancer, inBalancer, set, listener } = await setup();
    const at = `networkLoadBalancers/${idOf(balancer)}`;
    expect((await to.apply(SET, set)).id).toBe(`${at}/backendSets/api`);
    const backend = { ...inBalancer, backend_set_name: "api", ip_address: "10.0.0.9", port: 6443 };
    expect((await to.apply(BACKEND, backend)).id).toBe(`${at}/backendSets/api/backends/10.0.0.9:6443`);
    expect((await to.apply(LISTENER, listener)).id).toBe(`${at}/listeners/api`);
  });

  it("plans nothing for its parts once they are made or imported", async () => {
    const { to, inBalancer, set, listener } = await setup();
    const backend = { ...inBalancer, backend_set_name: "api", ip_address: "10.0.0.9", port: 6443, name: "one" };
    for (const [type, config] of [
      [SET, set],
      [BACKEND, backend],
      [LISTENER, listener],
    ] as const) {
      const state = await to.apply(type, config);
      expect((await to.plan(type, config, state)).empty).toBe(true);
      expect((await to.plan(type, config, await to.importState(type, idOf(state)))).empty).toBe(true);
      // The provider takes just so many parts, in this order.
      for (const other of [`${idOf(state)}/more/parts`, idOf(state).split("/").toReversed().join("/")])
        await expect(to.importState(type, other)).rejects.toThrow("Nothing to import");
    }
  });

  it("gives a backend the address of the instance it stands for", async () => {
    const { to, net, inBalancer, set } = await setup();
    await to.apply(SET, set);
    const instance = await to.apply("oci_core_instance", host(to, net, await hostImage(to)));
    const backend = { ...inBalancer, backend_set_name: "api", target_id: idOf(instance), port: 6443 };
    expect(await to.apply(BACKEND, backend)).toMatchObject({
      ip_address: instance.private_ip,
      name: `${idOf(instance)}.6443`,
      weight: 1,
    });
  });

  it("keeps the client's address unless it is told not to", async () => {
    const { to, set } = await setup();
    expect((await to.apply(SET, set)).is_preserve_source).toBe(true);
    expect((await to.apply(SET, { ...set, name: "other", is_preserve_source: false })).is_preserve_source).toBe(false);
  });

  it("keeps a backend set that a listener needs", async () => {
    const { to, set, listener } = await setup();
    const state = await to.apply(SET, set);
    await to.apply(LISTENER, listener);
    await expect(to.destroy(SET, state)).rejects.toThrow("is referenced by the listener api");
  });

  it.each<[string, string, Attributes, string]>([
    [
      "a listener without its backend set",
      LISTENER,
      { default_backend_set_name: "none" },
      "404-NotAuthorizedOrNotFound",
    ],
    ["a listener's port out of range", LISTENER, { port: 65_536 }, "port 65536 is not valid"],
    ["a protocol that is none", LISTENER, { protocol: "HTTP" }, "protocol HTTP is not valid"],
    ["a policy that is none", SET, { name: "b", policy: "ROUND_ROBIN" }, "policy ROUND_ROBIN is not valid"],
    ["an HTTP check without a path", SET, { name: "b", health_checker: [{ protocol: "HTTP" }] }, "needs urlPath"],
    ["a second set of one name", SET, {}, "409-Conflict, api exists already"],
    ["a backend without an address", BACKEND, { backend_set_name: "api", port: 1 }, "needs ipAddress or targetId"],
    [
      "a backend for no instance",
      BACKEND,
      { backend_set_name: "api", port: 1, target_id: "ocid1.x" },
      "404-NotAuthorizedOrNotFound",
    ],
  ])("refuses %s", async (_what, type, change, message) => {
    const { to, inBalancer, set, listener } = await setup();
    await to.apply(SET, set);
    const base: Record<string, Attributes> = { [SET]: set, [LISTENER]: listener, [BACKEND]: inBalancer };
    await expect(to.apply(type, { ...base[type], ...change })).rejects.toThrow(message);
  });
});
