import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { host, hostImage, idOf, network, tenancy, type Tenancy } from "../tenancy.ts";

const TYPE = "oci_core_instance";

async function setup(account?: "pay-as-you-go") {
  const to = await tenancy(account);
  const net = await network(to);
  return { to, net, config: host(to, net, await hostImage(to)) };
}

/** The config with one attribute of one of its blocks changed. */
function withBlock(config: Attributes, name: string, change: Attributes): Attributes {
  const [before] = Array.isArray(config[name]) ? config[name] : [];
  return { ...config, [name]: [{ ...before, ...change }] };
}

async function ubuntu(to: Tenancy, change: Attributes = {}): Promise<string> {
  const found = await to.data("oci_core_images", {
    compartment_id: to.root,
    operating_system: "Canonical Ubuntu",
    operating_system_version: "24.04",
    shape: "VM.Standard.E2.1.Micro",
    ...change,
  });
  const [newest] = Array.isArray(found.images) ? found.images : [];
  return newest?.id;
}

describe("an instance", () => {
  it("is as the real provider leaves it: what the config does not say may be empty, false or 0", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, config);
    const [source] = Array.isArray(state.source_details) ? state.source_details : [];
    const [vnic] = Array.isArray(state.create_vnic_details) ? state.create_vnic_details : [];
    const left = {
      ...state,
      source_details: [{ ...source, kms_key_id: "", is_preserve_boot_volume_enabled: false }],
      create_vnic_details: [{ ...vnic, assign_private_dns_record: false }],
    };
    expect(await to.plan(TYPE, config, left)).toMatchObject({ empty: true, replaces: [] });
  });

  it("gets addresses from its subnet and from the networks for documentation", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, config);
    expect(state).toMatchObject({
      id: expect.stringMatching(/^ocid1\.instance\.oc1\.eu-frankfurt-1\.[a-z2-7]{60}$/),
      private_ip: "10.0.0.2",
      public_ip: "192.0.2.1",
      state: "RUNNING",
      fault_domain: "FAULT-DOMAIN-1",
      boot_volume_id: expect.stringMatching(/^ocid1\.bootvolume\./),
      time_created: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+0000 UTC$/),
      shape_config: [{ ocpus: 1, vcpus: 1, memory_in_gbs: 6, processor_description: "3.0 GHz Ampere® Altra™" }],
      launch_options: [{ firmware: "UEFI_64", network_type: "PARAVIRTUALIZED" }],
    });
  });

  it("gets the private address it asks for", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, withBlock(config, "create_vnic_details", { private_ip: "10.0.0.11" }));
    expect(state).toMatchObject({ private_ip: "10.0.0.11", create_vnic_details: [{ private_ip: "10.0.0.11" }] });
  });

  it("plans nothing once it runs, read again or imported", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, config);
    expect((await to.plan(TYPE, config, await to.read(TYPE, state))).empty).toBe(true);
    expect((await to.plan(TYPE, config, await to.importState(TYPE, idOf(state)))).empty).toBe(true);
  });

  it("keeps its cloud-config, decoded, for the host that boots with it", async () => {
    const { to, config } = await setup();
    await to.apply(TYPE, config);
    expect(to.oci.instances).toMatchObject([{ userData: "#cloud-config\n{}", imageObject: "proxmox-ampere-abc.oci" }]);
  });

  it("spreads over fault domains where none is named", async () => {
    const { to, config } = await setup("pay-as-you-go");
    for (let made = 0; made < 3; made += 1) await to.apply(TYPE, config);
    expect(to.oci.instances.map(({ faultDomain }) => faultDomain).toSorted()).toEqual([
      "FAULT-DOMAIN-1",
      "FAULT-DOMAIN-2",
      "FAULT-DOMAIN-3",
    ]);
  });

  it("frees its address when it is terminated", async () => {
    const { to, config } = await setup();
    const asked = withBlock(config, "create_vnic_details", { private_ip: "10.0.0.11" });
    await to.destroy(TYPE, await to.apply(TYPE, asked));
    expect((await to.apply(TYPE, asked)).private_ip).toBe("10.0.0.11");
    expect(to.oci.instances).toHaveLength(1);
  });

  it("is resized and renamed in place, with the same boot volume", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, config);
    const changed = { ...withBlock(config, "shape_config", { ocpus: 2, memory_in_gbs: 12 }), display_name: "pve-one" };
    const after = await to.apply(TYPE, changed, state);
    expect(after).toMatchObject({ id: state.id, boot_volume_id: state.boot_volume_id, shape_config: [{ vcpus: 2 }] });
    expect((await to.plan(TYPE, changed, after)).empty).toBe(true);
  });

  it("gets a new boot volume with another image", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, config);
    const after = await to.apply(TYPE, withBlock(config, "source_details", { source_id: await hostImage(to) }), state);
    expect(after.id).toBe(state.id);
    expect(after.boot_volume_id).not.toBe(state.boot_volume_id);
  });

  it.each([
    [
      "another private address",
      "create_vnic_details.0.private_ip",
      (c: Attributes) => withBlock(c, "create_vnic_details", { private_ip: "10.0.0.12" }),
    ],
    ["other user data", "metadata", (c: Attributes) => ({ ...c, metadata: { user_data: "bmV3" } })],
    [
      "another availability domain",
      "availability_domain",
      (c: Attributes) => ({ ...c, availability_domain: "Uocm:EU-FRANKFURT-1-AD-2" }),
    ],
  ])("is replaced for %s", async (_what, path, change) => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, config);
    expect((await to.plan(TYPE, change(config), state)).replaces).toEqual([path]);
  });

  it("is not replaced for other metadata", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, config);
    const changed = { ...config, metadata: { ...config.metadata, note: "x" } };
    expect((await to.plan(TYPE, changed, state)).replaces).toEqual([]);
  });

  it.each<[string, Attributes | ((config: Attributes) => Attributes), string, string]>([
    [
      "a third A1 OCPU",
      (c) => withBlock(c, "shape_config", { ocpus: 3 }),
      "standard-a1-core-count \\(limit 2, used 0, asked 3 more\\)",
      "",
    ],
    [
      "more A1 memory",
      (c) => withBlock(c, "shape_config", { memory_in_gbs: 13 }),
      "standard-a1-memory-count \\(limit 12",
      "",
    ],
    [
      "more than 200 GB",
      (c) => withBlock(c, "source_details", { boot_volume_size_in_gbs: "201" }),
      "total-storage-gb \\(limit 200",
      "",
    ],
    [
      "a boot volume of 49 GB",
      (c) => withBlock(c, "source_details", { boot_volume_size_in_gbs: "49" }),
      "bootVolumeSizeInGBs 49 is not valid: .* 50",
      "source_details.0.boot_volume_size_in_gbs",
    ],
    ["a flexible shape without a size", { shape_config: [] }, "shapeConfig.ocpus is required", "shape_config.0.ocpus"],
    [
      "too little memory",
      (c) => withBlock(c, "shape_config", { ocpus: 2, memory_in_gbs: 1 }),
      "memoryInGBs 1 is not valid",
      "shape_config.0.memory_in_gbs",
    ],
    ["another shape", { shape: "VM.Standard9.Flex" }, "Shape VM.Standard9.Flex is not valid", "shape"],
    ["a shape of an account that pays", { shape: "VM.Standard2.1" }, "VM.Standard2.1 .limit 0", ""],
    [
      "an unknown image",
      (c) => withBlock(c, "source_details", { source_id: "ocid1.image.oc1..x" }),
      "404-NotAuthorizedOrNotFound",
      "source_details.0.source_id",
    ],
    [
      "an unknown subnet",
      (c) => withBlock(c, "create_vnic_details", { subnet_id: "ocid1.subnet.x" }),
      "404-NotAuthorizedOrNotFound",
      "create_vnic_details.0.subnet_id",
    ],
    [
      "an unknown group",
      (c) => withBlock(c, "create_vnic_details", { nsg_ids: ["ocid1.nsg.x"] }),
      "404-NotAuthorizedOrNotFound",
      "create_vnic_details.0.nsg_ids",
    ],
    [
      "an unknown compartment",
      { compartment_id: "ocid1.compartment.x" },
      "404-NotAuthorizedOrNotFound",
      "compartment_id",
    ],
    [
      "an unknown availability domain",
      { availability_domain: "Uocm:EU-FRANKFURT-1-AD-4" },
      "404-NotAuthorizedOrNotFound",
      "availability_domain",
    ],
    [
      "an unknown fault domain",
      { fault_domain: "FAULT-DOMAIN-4" },
      "faultDomain FAULT-DOMAIN-4 is not valid",
      "fault_domain",
    ],
    [
      "an address outside the subnet",
      (c) => withBlock(c, "create_vnic_details", { private_ip: "10.0.1.2" }),
      "10.0.0.2 to 10.0.0.254 can be used",
      "create_vnic_details.0.private_ip",
    ],
    [
      "the router's address",
      (c) => withBlock(c, "create_vnic_details", { private_ip: "10.0.0.1" }),
      "is not valid in subnet",
      "create_vnic_details.0.private_ip",
    ],
    ["user data that is not base64", { metadata: { user_data: "#cloud-config" } }, "must be base64", "metadata"],
    ["too much metadata", { metadata: { note: "x".repeat(32_001) } }, "32000 are allowed", "metadata"],
  ])("refuses %s", async (_what, change, message, attribute) => {
    const { to, config } = await setup();
    const made = to.apply(TYPE, typeof change === "function" ? change(config) : { ...config, ...change });
    await expect(made).rejects.toThrow(new RegExp(message));
    await expect(made).rejects.toMatchObject({ attribute });
    expect(to.oci.instances).toEqual([]);
  });

  it("refuses an address that is taken", async () => {
    const { to, config } = await setup();
    const asked = withBlock(config, "create_vnic_details", { private_ip: "10.0.0.11" });
    await to.apply(TYPE, asked);
    await expect(to.apply(TYPE, asked)).rejects.toThrow("409-Conflict, Private IP address 10.0.0.11 is already in use");
  });

  it("refuses A1 for an image that A1 was not added to, and for one of x86", async () => {
    const { to, config } = await setup();
    const [image] = to.oci.images;
    if (image) image.shapes = [];
    await expect(to.apply(TYPE, config)).rejects.toThrow("Shape VM.Standard.A1.Flex is not valid for image");
    const x86 = withBlock(config, "source_details", { source_id: await ubuntu(to) });
    await expect(to.apply(TYPE, x86)).rejects.toThrow("Shape VM.Standard.A1.Flex is not valid for image");
  });

  it("refuses to let its boot volume shrink", async () => {
    const { to, config } = await setup();
    const state = await to.apply(TYPE, withBlock(config, "source_details", { boot_volume_size_in_gbs: "60" }));
    await expect(to.apply(TYPE, config, state)).rejects.toThrow("cannot shrink from 60 to 50 GB");
  });

  it("refuses a public address in a subnet that prohibits them", async () => {
    const to = await tenancy();
    const net = await network(to, {}, { prohibit_public_ip_on_vnic: true });
    const config = host(to, net, await hostImage(to));
    await expect(to.apply(TYPE, config)).rejects.toThrow("prohibits public IP addresses");
    const inside = await to.apply(TYPE, withBlock(config, "create_vnic_details", { assign_public_ip: "false" }));
    expect(inside.public_ip).toBe("");
  });

  it("keeps what it stands in from being deleted", async () => {
    const { to, net, config } = await setup();
    await to.apply(TYPE, config);
    for (const [type, id] of [
      ["oci_core_subnet", net.subnetId],
      ["oci_core_network_security_group", net.groupId],
    ] as const) {
      await expect(to.destroy(type, await to.importState(type, id))).rejects.toThrow("409-Conflict");
    }
  });
});

describe("a paying account", () => {
  it("has higher limits, and no marks of the free tier", async () => {
    const { to, config } = await setup("pay-as-you-go");
    const state = await to.apply(TYPE, withBlock(config, "shape_config", { ocpus: 4, memory_in_gbs: 24 }));
    expect(state.system_tags).toEqual({});
  });
});

describe("a micro", () => {
  it("boots the newest Ubuntu", async () => {
    const { to, config } = await setup();
    const { shape_config: _size, ...rest } = withBlock(config, "source_details", { source_id: await ubuntu(to) });
    const state = await to.apply(TYPE, { ...rest, shape: "VM.Standard.E2.1.Micro" });
    expect(state).toMatchObject({ shape_config: [{ ocpus: 1, memory_in_gbs: 1, vcpus: 2 }], launch_mode: "NATIVE" });
  });

  it("exists twice on a free account", async () => {
    const { to, config } = await setup();
    const { shape_config: _size, ...rest } = withBlock(config, "source_details", { source_id: await ubuntu(to) });
    const micro = { ...rest, shape: "VM.Standard.E2.1.Micro" };
    await to.apply(TYPE, micro);
    await to.apply(TYPE, micro);
    await expect(to.apply(TYPE, micro)).rejects.toThrow("vm-standard-e2-1-micro-count (limit 2");
  });
});

describe("images", () => {
  it("are sorted by time, newest first", async () => {
    const { to } = await setup();
    const found = await to.data("oci_core_images", { compartment_id: to.root, operating_system: "Oracle Linux" });
    const times = (Array.isArray(found.images) ? found.images : []).map(({ time_created }) => time_created);
    expect(times.length).toBeGreaterThan(1);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it("have the same ids in every world", async () => {
    expect(await ubuntu(await tenancy())).toBe(await ubuntu(await tenancy()));
  });

  it("are found by a filter of the provider's own", async () => {
    const to = await tenancy();
    const filter = [{ name: "display_name", values: ["^Canonical-Ubuntu-24.04-Minimal-aarch64-.*$"], regex: true }];
    const found = await to.data("oci_core_images", { compartment_id: to.root, filter });
    expect(found.images).toMatchObject([{ operating_system_version: "24.04 Minimal aarch64" }, {}]);
  });

  it("are imported from this tenancy's Object Storage only", async () => {
    const to = await tenancy();
    const source = { source_type: "objectStorageTuple", namespace_name: "other", bucket_name: "b", object_name: "o" };
    const made = to.apply("oci_core_image", { compartment_id: to.root, image_source_details: [source] });
    await expect(made).rejects.toThrow("404-NotAuthorizedOrNotFound");
  });

  it("are imported from a URL of any tenancy's Object Storage", async () => {
    const to = await tenancy();
    const from = (source_uri: string) =>
      to.apply("oci_core_image", {
        compartment_id: to.root,
        image_source_details: [{ source_type: "objectStorageUri", source_uri }],
      });
    const url = "https://objectstorage.eu-frankfurt-1.oraclecloud.com/p/secret/n/other/b/talos/o/talos.oci";
    expect(await from(url)).toMatchObject({ launch_options: [{ firmware: "UEFI_64" }] });
    await expect(from("https://example.org/talos.oci")).rejects.toThrow("sourceUri https://example.org/talos.oci");
  });

  it("boot with BIOS unless their archive says otherwise", async () => {
    const to = await tenancy();
    const source = {
      source_type: "objectStorageTuple",
      namespace_name: to.oci.namespace,
      bucket_name: "b",
      object_name: "o.qcow2",
    };
    const image = await to.apply("oci_core_image", { compartment_id: to.root, image_source_details: [source] });
    expect(image.launch_options).toMatchObject([{ firmware: "BIOS" }]);
  });
});

describe("availability domains", () => {
  it.each([
    ["eu-frankfurt-1", ["Uocm:EU-FRANKFURT-1-AD-1", "Uocm:EU-FRANKFURT-1-AD-2", "Uocm:EU-FRANKFURT-1-AD-3"]],
    ["us-phoenix-1", ["Uocm:PHX-AD-1", "Uocm:PHX-AD-2", "Uocm:PHX-AD-3"]],
    ["ap-tokyo-1", ["Uocm:AP-TOKYO-1-AD-1"]],
  ])("of %s", async (region, names) => {
    const to = await tenancy("always-free", { region });
    const found = await to.data("oci_identity_availability_domains", { compartment_id: to.root });
    expect(found.availability_domains).toMatchObject(names.map((name) => ({ name })));
  });
});
