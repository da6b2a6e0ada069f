import { idOf, network, tenancy, type Tenancy } from "../tenancy.ts";

async function setup() {
  const to = await tenancy();
  return { to, net: await network(to), compartment_id: to.root };
}

async function gateway(to: Tenancy, vcnId: string): Promise<string> {
  return idOf(await to.apply("oci_core_internet_gateway", { compartment_id: to.root, vcn_id: vcnId }));
}

describe("a VCN", () => {
  it("comes with its default route table, security list, DHCP options and domain", async () => {
    const { to, net } = await setup();
    const [vcn] = to.oci.vcns;
    const state = await to.importState("oci_core_vcn", net.vcnId);
    expect(state).toMatchObject({
      cidr_block: "10.0.0.0/16",
      cidr_blocks: ["10.0.0.0/16"],
      default_route_table_id: vcn?.defaultRouteTableId,
      default_security_list_id: vcn?.defaultSecurityListId,
      default_dhcp_options_id: expect.stringMatching(/^ocid1\.dhcpoptions\.oc1\.eu-frankfurt-1\.[a-z2-7]{60}$/),
      vcn_domain_name: "lab.oraclevcn.com",
      state: "AVAILABLE",
    });
  });

  it("gets a name of its own when it has none", async () => {
    const to = await tenancy();
    const vcn = await to.apply("oci_core_vcn", { compartment_id: to.root, cidr_blocks: ["10.0.0.0/16"] });
    expect(vcn.display_name).toMatch(/^vcn\d{14}$/);
  });

  it("takes its default lists and tables along when it goes", async () => {
    const to = await tenancy();
    const vcn = await to.apply("oci_core_vcn", { compartment_id: to.root, cidr_blocks: ["10.0.0.0/16"] });
    await to.destroy("oci_core_vcn", vcn);
    expect([...to.oci.vcns, ...to.oci.routeTables, ...to.oci.securityLists]).toEqual([]);
  });

  it("is not deleted while it has a subnet", async () => {
    const { to, net } = await setup();
    const state = await to.importState("oci_core_vcn", net.vcnId);
    await expect(to.destroy("oci_core_vcn", state)).rejects.toThrow(
      `409-Conflict, The Vcn ${net.vcnId} is referenced by`,
    );
    expect(to.oci.vcns).toHaveLength(1);
  });

  it("is replaced for another DNS label, and changed for another name", async () => {
    const to = await tenancy();
    const config = { compartment_id: to.root, cidr_blocks: ["10.0.0.0/16"], dns_label: "lab" };
    const vcn = await to.apply("oci_core_vcn", config);
    expect((await to.plan("oci_core_vcn", { ...config, dns_label: "other" }, vcn)).replaces).toEqual(["dns_label"]);
    expect((await to.plan("oci_core_vcn", { ...config, display_name: "x" }, vcn)).replaces).toEqual([]);
  });

  it.each([
    ["a third one on a free account", 3, {}, "400-LimitExceeded, .*vcn-count \\(limit 2, used 2, asked 1 more\\)"],
    ["host bits in the CIDR", 1, { cidr_blocks: ["10.0.0.1/16"] }, "CIDR 10.0.0.1/16 is invalid"],
    ["a CIDR larger than /16", 1, { cidr_blocks: ["10.0.0.0/15"] }, "its size must be /16 to /30"],
    ["CIDRs that overlap", 1, { cidr_blocks: ["10.0.0.0/16", "10.0.1.0/24"] }, "overlaps with another one"],
    ["a DNS label with a hyphen", 1, { dns_label: "my-lab" }, "dnsLabel my-lab is invalid"],
    [
      "a compartment that does not exist",
      1,
      { compartment_id: "ocid1.compartment.oc1..x" },
      "404-NotAuthorizedOrNotFound",
    ],
  ])("refuses %s", async (_what, count, change, message) => {
    const to = await tenancy();
    const config = { compartment_id: to.root, cidr_blocks: ["10.0.0.0/16"] };
    for (let made = 1; made < count; made += 1) await to.apply("oci_core_vcn", config);
    await expect(to.apply("oci_core_vcn", { ...config, ...change })).rejects.toThrow(new RegExp(message));
    expect(to.oci.vcns).toHaveLength(count - 1);
  });
});

describe("a subnet", () => {
  it("has a router address and a domain inside its VCN's", async () => {
    const { to, net } = await setup();
    expect(await to.importState("oci_core_subnet", net.subnetId)).toMatchObject({
      virtual_router_ip: "10.0.0.1",
      virtual_router_mac: expect.stringMatching(/^00:00:17(:[0-9A-F]{2}){3}$/),
      subnet_domain_name: "hosts.lab.oraclevcn.com",
      route_table_id: to.oci.vcns[0]?.defaultRouteTableId,
      security_list_ids: [to.oci.vcns[0]?.defaultSecurityListId],
    });
  });

  it.each([
    ["a CIDR outside the VCN", { cidr_block: "10.1.0.0/24" }, "not inside the VCN's 10.0.0.0/16", "cidr_block"],
    ["a CIDR that overlaps another subnet", { cidr_block: "10.0.0.128/25" }, "overlaps with it", "cidr_block"],
    [
      "a DNS label in use",
      { cidr_block: "10.0.1.0/24", dns_label: "hosts" },
      "409-Conflict, dnsLabel hosts",
      "dns_label",
    ],
    [
      "a VCN that does not exist",
      { vcn_id: "ocid1.vcn.oc1.eu-frankfurt-1.x" },
      "404-NotAuthorizedOrNotFound",
      "vcn_id",
    ],
    [
      "a route table that does not exist",
      { route_table_id: "ocid1.x" },
      "404-NotAuthorizedOrNotFound",
      "route_table_id",
    ],
    [
      "another tenancy's domain",
      { availability_domain: "Abcd:EU-FRANKFURT-1-AD-1" },
      "there is Uocm",
      "availability_domain",
    ],
  ])("refuses %s, and points at it", async (_what, change, message, attribute) => {
    const { to, net, compartment_id } = await setup();
    const made = to.apply("oci_core_subnet", {
      compartment_id,
      vcn_id: net.vcnId,
      cidr_block: "10.0.1.0/24",
      ...change,
    });
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toMatchObject({ attribute });
  });

  it("is unknown in another region", async () => {
    const { to, net } = await setup();
    const elsewhere = await tenancy("always-free", { region: "uk-london-1" }, to.store);
    expect(await elsewhere.read("oci_core_subnet", await to.importState("oci_core_subnet", net.subnetId))).toBeNull();
  });
});

describe("an internet gateway and a route table", () => {
  it("hold on to each other", async () => {
    const { to, net, compartment_id } = await setup();
    const id = await gateway(to, net.vcnId);
    await to.apply("oci_core_route_table", {
      compartment_id,
      vcn_id: net.vcnId,
      route_rules: [{ destination: "0.0.0.0/0", network_entity_id: id }],
    });
    const state = await to.importState("oci_core_internet_gateway", id);
    await expect(to.destroy("oci_core_internet_gateway", state)).rejects.toThrow("is referenced by Route Table");
  });

  it("plan nothing once they are made", async () => {
    const { to, net, compartment_id } = await setup();
    const route_rules = [{ destination: "0.0.0.0/0", network_entity_id: await gateway(to, net.vcnId) }];
    const config = { compartment_id, vcn_id: net.vcnId, route_rules };
    const state = await to.apply("oci_core_route_table", config);
    expect((await to.plan("oci_core_route_table", config, await to.read("oci_core_route_table", state))).empty).toBe(
      true,
    );
  });

  it("are one to a VCN", async () => {
    const { to, net } = await setup();
    await gateway(to, net.vcnId);
    await expect(gateway(to, net.vcnId)).rejects.toThrow("400-LimitExceeded");
  });

  it("refuse a rule to a gateway that does not exist", async () => {
    const { to, net, compartment_id } = await setup();
    const route_rules = [{ destination: "0.0.0.0/0", network_entity_id: "ocid1.internetgateway.oc1.eu-frankfurt-1.x" }];
    const made = to.apply("oci_core_route_table", { compartment_id, vcn_id: net.vcnId, route_rules });
    await expect(made).rejects.toThrow("404-NotAuthorizedOrNotFound");
  });
});

const NO_RULES = { ingressSecurityRules: [], egressSecurityRules: [] };

describe("the default security list", () => {
  async function closed() {
    const { to, net, compartment_id } = await setup();
    const id = to.oci.vcns[0]?.defaultSecurityListId ?? "";
    const config = { compartment_id, manage_default_resource_id: id, display_name: "closed" };
    return { to, net, config, state: await to.apply("oci_core_default_security_list", config) };
  }

  it("lets SSH in until it is taken over, and nothing afterwards", async () => {
    const { to } = await setup();
    const tcpOptions = { destinationPortRange: { min: 22, max: 22 }, sourcePortRange: null };
    expect(to.oci.securityLists[0]?.ingressSecurityRules).toContainEqual(
      expect.objectContaining({ source: "0.0.0.0/0", tcpOptions }),
    );
    expect((await closed()).to.oci.securityLists).toMatchObject([NO_RULES]);
  });

  it("keeps its id, and plans nothing once it is taken over", async () => {
    const { to, config, state } = await closed();
    expect(state.id).toBe(config.manage_default_resource_id);
    expect((await to.plan("oci_core_default_security_list", config, state)).empty).toBe(true);
  });

  it("takes rules with and without options, in any order", async () => {
    const { to, config, state } = await closed();
    const rules = [
      { protocol: "6", source: "10.0.0.0/8", tcp_options: [{ min: 22, max: 22 }] },
      { protocol: "1", source: "0.0.0.0/0", icmp_options: [{ type: 3 }] },
    ];
    const updated = await to.apply(
      "oci_core_default_security_list",
      { ...config, ingress_security_rules: rules },
      state,
    );
    const turned = { ...config, ingress_security_rules: rules.toReversed() };
    expect((await to.plan("oci_core_default_security_list", turned, updated)).empty).toBe(true);
  });

  it("is emptied and stays with its VCN when the resource goes", async () => {
    const { to, config, state } = await closed();
    const egress_security_rules = [{ protocol: "all", destination: "0.0.0.0/0" }];
    const open = await to.apply("oci_core_default_security_list", { ...config, egress_security_rules }, state);
    expect(to.oci.securityLists[0]?.egressSecurityRules).toHaveLength(1);
    await to.destroy("oci_core_default_security_list", open);
    expect(to.oci.securityLists).toMatchObject([{ managed: false, ...NO_RULES }]);
  });
});

describe("a security group's rule", () => {
  async function rule(change: object) {
    const { to, net } = await setup();
    const config = {
      network_security_group_id: net.groupId,
      direction: "INGRESS",
      protocol: "6",
      source: "203.0.113.0/24",
      tcp_options: [{ destination_port_range: [{ min: 22, max: 22 }] }],
      ...change,
    };
    return { to, net, config, made: to.apply("oci_core_network_security_group_security_rule", config) };
  }

  it("has six hexadecimal digits for an id and is imported by its group and that", async () => {
    const { to, net, config, made } = await rule({});
    const id = idOf(await made);
    expect(id).toMatch(/^[0-9A-F]{6}$/);
    const path = `networkSecurityGroups/${net.groupId}/securityRules/${id}`;
    const imported = await to.importState("oci_core_network_security_group_security_rule", path);
    expect((await to.plan("oci_core_network_security_group_security_rule", config, imported)).empty).toBe(true);
    await expect(to.importState("oci_core_network_security_group_security_rule", id)).rejects.toThrow("Nothing to");
  });

  it("is no longer valid when the group it speaks of is gone", async () => {
    const { to, net, compartment_id } = await setup();
    const other = await to.apply("oci_core_network_security_group", { compartment_id, vcn_id: net.vcnId });
    const state = await to.apply("oci_core_network_security_group_security_rule", {
      network_security_group_id: net.groupId,
      direction: "EGRESS",
      protocol: "all",
      destination: idOf(other),
      destination_type: "NETWORK_SECURITY_GROUP",
    });
    await to.destroy("oci_core_network_security_group", other);
    expect((await to.read("oci_core_network_security_group_security_rule", state))?.is_valid).toBe(false);
  });

  it.each([
    ["no source", { source: null }, "An INGRESS rule needs a source"],
    ["a source that is no network", { source: "203.0.113.7/24" }, "CIDR 203.0.113.7/24 is invalid"],
    [
      "a group that does not exist",
      { source: "ocid1.x", source_type: "NETWORK_SECURITY_GROUP" },
      "404-NotAuthorizedOrNotFound",
    ],
    ["ports of a protocol without any", { protocol: "1" }, "tcp_options go with protocol 6, not 1"],
    ["a name for a protocol", { protocol: "tcp" }, "Protocol tcp is invalid"],
    [
      "ports the wrong way round",
      { tcp_options: [{ destination_port_range: [{ min: 23, max: 22 }] }] },
      "Port range 23 to 22",
    ],
    ["a direction that is none", { direction: "IN" }, "direction IN is invalid"],
  ])("refuses %s", async (_what, change, message) => {
    const { made } = await rule(change);
    await expect(made).rejects.toThrow(message);
  });
});
