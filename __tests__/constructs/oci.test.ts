import { Account } from "../../constructs/oci/account.ts";
import { DirectMachine } from "../../constructs/oci/direct-machine.ts";
import { ClusterKeys } from "../../constructs/talos/cluster-keys.ts";
import { accountIn } from "../../config/sign-in.ts";
import { planDirect } from "../../topology/plan.ts";
import { ApiLoadBalancer } from "../../constructs/oci/api-load-balancer.ts";
import { HostImage } from "../../constructs/oci/host-image.ts";
import { Host } from "../../constructs/oci/host.ts";
import { Micro } from "../../constructs/oci/micro.ts";
import { Network } from "../../constructs/oci/network.ts";
import { SecurityGroups } from "../../constructs/oci/security-groups.ts";
import { SpendingGuard } from "../../constructs/oci/spending-guard.ts";
import { pveRootPasswordHash, sshHostKeys, sshPublicKey } from "../../constructs/lab/variables.ts";
import { parseConfig } from "../../config/index.ts";
import { BASE } from "../stacks/synthesize.ts";
import { describeConstructs, place, resourcesOf } from "./specs.ts";

const here = place();
const { topology, oci } = here.lab;
const { compartmentId, availabilityDomain, subnetId, vcnId } = oci.outputs;
const [host, micro] = [topology.hosts[0], topology.micro];
if (host === undefined || micro === null) throw new Error("the lab has no host or no micro");
const within = { compartmentId, lab: "mine" };
const [directNode] = planDirect(parseConfig({ ...BASE, preset: "direct" })).nodes;
if (directNode === undefined) throw new Error("the preset has no node");
const account = { lab: "mine", oci: topology.config.oci, sandbox: false };

describeConstructs("constructs/oci", here, {
  Account: {
    make: (stack, id, more) => new Account(stack, id, { ...account, ...more }),
    inner: ["provider", "homeRegion", "compartment", "domains"],
  },
  ApiLoadBalancer: {
    make: (stack, id, more) =>
      new ApiLoadBalancer(stack, id, {
        ...within,
        subnetId,
        securityGroupId: oci.security.id("nlb"),
        address: "10.0.0.250",
        hosts: [...oci.hosts].map(([name, each]) => ({ name, host: each })),
        ...more,
      }),
    inner: ["balancer", "backendSet", "backends", "listener"],
  },
  DirectMachine: {
    make: (stack, id, more) =>
      new DirectMachine(stack, id, {
        compartmentId,
        availabilityDomain,
        subnetId,
        securityGroupId: oci.security.id("hosts"),
        plan: directNode,
        imageId: oci.image.imageId,
        after: [],
        clusterName: "mine",
        clusterEndpoint: "https://192.0.2.1:6443",
        kubernetesVersion: topology.config.versions.kubernetes,
        keys: new ClusterKeys(stack, "keys", { talosVersion: "v1.13.9" }),
        patches: [],
        ...more,
      }),
    inner: ["configuration", "instance", "disk"],
  },
  HostImage: {
    make: (stack, id, more) =>
      new HostImage(stack, id, {
        ...within,
        bucket: "b",
        objectName: "o.oci",
        system: { name: "Proxmox VE", version: "9.2" },
        ...more,
      }),
    inner: ["namespace", "image", "shape", "globalCapabilities", "capabilities"],
  },
  Host: {
    make: (stack, id, more) =>
      new Host(stack, id, {
        compartmentId,
        availabilityDomain,
        subnetId,
        securityGroupId: oci.security.id("hosts"),
        imageId: oci.image.imageId,
        imageReady: [],
        plan: host,
        sshPublicKey: sshPublicKey(stack),
        hostKeys: sshHostKeys(stack),
        rootPasswordHash: pveRootPasswordHash(stack),
        files: [],
        ...more,
      }),
    inner: ["instance", "disk"],
  },
  Micro: {
    make: (stack, id, more) =>
      new Micro(stack, id, {
        ...within,
        availabilityDomain,
        subnetId,
        securityGroupId: oci.security.id("micro"),
        subnetCidr: topology.network.subnetCidr,
        plan: micro,
        sshPublicKey: sshPublicKey(stack),
        hostKeys: sshHostKeys(stack),
        ...more,
      }),
    inner: ["ubuntu", "instance", "disk"],
  },
  Network: {
    make: (stack, id, more) =>
      new Network(stack, id, { ...within, plan: { vcnCidr: "10.99.0.0/16", subnetCidr: "10.99.1.0/24" }, ...more }),
    inner: ["vcn", "gateway", "routes", "securityList", "subnet"],
  },
  SecurityGroups: {
    make: (stack, id, more) =>
      new SecurityGroups(stack, id, { ...within, vcnId, rules: topology.securityRules, ...more }),
    inner: ["groups", "rules"],
  },
  SpendingGuard: {
    make: (stack, id, more) =>
      new SpendingGuard(stack, id, {
        account: new Account(stack, "account", account),
        lab: "mine",
        oci: topology.config.oci,
        hosts: topology.hosts,
        micro,
        ...more,
      }),
    inner: ["budget", "alert", "quota"],
  },
});

describe("SecurityGroups", () => {
  it.each([
    ["a rule whose peer is a group without rules of its own", "nlb"],
    ["a rule whose peer is no group at all", "guests"],
  ])("refuses %s", (_what, group) => {
    const rules = topology.securityRules.filter((rule) => rule.group === "hosts" && rule.peer.kind === "cidr");
    const odd = { ...rules[0], id: "odd", peer: { kind: "group", group } };
    const stack = here.stack();
    expect(() => new SecurityGroups(stack, "part", { ...within, vcnId, rules: [...rules, Object(odd)] })).toThrow(
      `${stack.node.id}/part: group: got "${group}", allowed hosts`,
    );
  });

  it("knows no group that no rule is of", () => {
    const part = new SecurityGroups(here.stack(), "part", { ...within, vcnId, rules: [] });
    expect(() => part.id("hosts")).toThrow('group: got "hosts", allowed none');
  });
});

describe("Network", () => {
  it("has all that leaves its subnet go by its own gateway", () => {
    const stack = here.stack();
    new Network(stack, "net", { ...within, plan: { vcnCidr: "10.99.0.0/16", subnetCidr: "10.99.1.0/24" } });
    const { oci_core_route_table: tables, oci_core_subnet: subnets } = resourcesOf(stack);
    expect(Object.values(tables ?? {})).toMatchObject([
      {
        route_rules: [
          { destination: "0.0.0.0/0", network_entity_id: expect.stringMatching(/^\$\{oci_core_internet_gateway\./) },
        ],
      },
    ]);
    expect(Object.values(subnets ?? {})).toMatchObject([
      { cidr_block: "10.99.1.0/24", route_table_id: expect.stringMatching(/^\$\{oci_core_route_table\./) },
    ]);
  });
});

describe("ApiLoadBalancer", () => {
  it("passes on to each host it is given, and to no other", () => {
    const stack = here.stack();
    const hosts = ["one", "two", "three"].map((name) => ({ name, host: { instanceId: `ocid1.${name}` } }));
    const at = { subnetId, securityGroupId: "nsg", address: "10.0.0.250" };
    new ApiLoadBalancer(stack, "api", { ...within, ...at, hosts });
    const backends = Object.values(resourcesOf(stack)["oci_network_load_balancer_backend"] ?? {});
    expect(backends.map((each) => [each["name"], each["target_id"], each["port"]])).toEqual(
      hosts.map(({ name, host: { instanceId } }) => [name, instanceId, 6443]),
    );
  });
});

describe("Account", () => {
  it("makes a compartment where the config says so, and none where there is one", () => {
    const existing = parseConfig({ ...BASE, oci: { ...BASE.oci, compartment: { id: "ocid1.compartment.oc1..a" } } });
    const made = new Account(here.stack(), "account", account);
    const found = new Account(here.stack(), "account", { ...account, oci: accountIn(existing) });
    expect([made.nodes.compartment === null, found.nodes.compartment === null]).toEqual([false, true]);
    expect(found.compartmentId).toBe("ocid1.compartment.oc1..a");
  });
});

describe("SpendingGuard", () => {
  it("allows as many cores and as much memory as its hosts have, and no more", () => {
    const stack = here.stack();
    const hosts = [1, 2].map((ocpus) => ({ ocpus, memoryGb: 4 }));
    const props = { lab: "mine", oci: topology.config.oci, hosts, micro: null };
    new SpendingGuard(stack, "spending", { account: new Account(stack, "account", account), ...props });
    const [quota] = Object.values(resourcesOf(stack)["oci_limits_quota"] ?? {});
    const statements = JSON.stringify(quota?.["statements"]);
    expect(statements).toContain("standard-a1-core-count to 3 ");
    expect(statements).toContain("standard-a1-memory-count to 8 ");
  });
});
