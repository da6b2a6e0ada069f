import { z } from "zod";
import { imageMetadata } from "../../images/model/archive-metadata.ts";
import { BETWEEN_HOSTS } from "../../topology/firewall.ts";
import { BASE, HOME, type Stack, synthesize, synthesizeAny } from "./synthesize.ts";

const resources = (stack: Stack, type: string): Record<string, unknown>[] => Object.values(stack.resource[type] ?? {});
const rules = (stack: Stack) => resources(stack, "oci_core_network_security_group_security_rule");

describe("OciStack", () => {
  const free = synthesize(BASE).oci;
  const pair = synthesize({ ...BASE, preset: "free-pair" }).oci;

  it("gives each host the planned address and size", () => {
    expect(resources(pair, "oci_core_instance")).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          display_name: "pve-2",
          shape_config: { memory_in_gbs: 6, ocpus: 1 },
          create_vnic_details: expect.objectContaining({ private_ip: "10.0.0.12" }),
          source_details: expect.objectContaining({ boot_volume_size_in_gbs: "75" }),
        }),
      ]),
    );
  });

  it("names a fault domain only where the config does", () => {
    const domains = (stack: Stack): unknown[] =>
      resources(stack, "oci_core_instance").map((instance) => instance.fault_domain);
    expect(domains(free)).toEqual([undefined]);
    expect(domains(pair)).toEqual([undefined, undefined, undefined]);
    const spread = synthesize({ ...BASE, preset: "free-pair", oci: { ...BASE.oci, spreadHosts: true } }).oci;
    expect(domains(spread)).toEqual(["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"]);
  });

  it("tags all with what people wrote, as they wrote it, and with the lab's own", () => {
    const tagged = synthesize({ ...BASE, tags: { "${a}": "${path.module} %{x}" } }).oci;
    expect(resources(tagged, "oci_core_vcn")[0]?.freeform_tags).toEqual({
      '${"$"}{a}': '${"$"}{path.module} ${"%"}{x}',
      lab: "ampere-lab",
    });
  });

  it("lets nothing in by the default security list", () => {
    const [list] = resources(free, "oci_core_default_security_list");
    expect(list).not.toHaveProperty("ingress_security_rules");
    expect(list).not.toHaveProperty("egress_security_rules");
  });

  it("lets admins in by SSH on the hosts and by 6443 on the load balancer, and nowhere else", () => {
    const fromAdmins = rules(pair).filter((rule) => rule.source === "203.0.113.7/32");
    expect(fromAdmins.map((rule) => [rule.network_security_group_id, rule.tcp_options])).toEqual(
      expect.arrayContaining([
        ["${oci_core_network_security_group.security_hosts.id}", { destination_port_range: { max: 22, min: 22 } }],
        ["${oci_core_network_security_group.security_nlb.id}", { destination_port_range: { max: 6443, min: 6443 } }],
      ]),
    );
    expect(fromAdmins).toHaveLength(2);
  });

  it("opens nothing between hosts where there is only one, at any port and from no address of the subnet", () => {
    const HOSTS = "${oci_core_network_security_group.security_hosts.id}";
    const into = (stack: Stack) =>
      rules(stack)
        .filter((rule) => rule.network_security_group_id === HOSTS && rule.direction === "INGRESS")
        .map((rule) => [rule.source, rule.protocol, rule.tcp_options ?? rule.udp_options ?? rule.icmp_options]);
    expect(into(free)).toEqual([
      ["${oci_core_network_security_group.security_nlb.id}", "6", { destination_port_range: { max: 6443, min: 6443 } }],
      ["0.0.0.0/0", "1", { code: 4, type: 3 }],
      ["203.0.113.7/32", "6", { destination_port_range: { max: 22, min: 22 } }],
    ]);
    const ofPair = into(pair).filter(([source]) => source === HOSTS);
    expect(ofPair).toHaveLength(BETWEEN_HOSTS.length);
    expect(into(pair)).toEqual(expect.arrayContaining(into(free)));
    expect(into(pair)).toHaveLength(into(free).length + BETWEEN_HOSTS.length);
  });

  it("leaves firmware to the archive: neither launch mode nor image type is named", () => {
    const [image] = resources(free, "oci_core_image");
    expect(image).not.toHaveProperty("launch_mode");
    expect(image?.image_source_details).not.toHaveProperty("source_image_type");
  });

  it("imports a VMDK as one, since it says nothing of itself", () => {
    const direct = synthesizeAny({ ...BASE, preset: "direct", images: { format: "vmdk" } }).oci;
    expect(Object.values(direct?.resource["oci_core_image"] ?? {})).toEqual([
      expect.objectContaining({
        display_name: expect.stringMatching(/^ampere-lab-talos-1\.14\.1-oracle-arm64-[0-9a-f]{12}$/),
        launch_mode: "PARAVIRTUALIZED",
        image_source_details: expect.objectContaining({
          object_name: expect.stringMatching(/\.vmdk$/),
          source_image_type: "VMDK",
        }),
      }),
    ]);
  });

  it("allows the A1 shape, and UEFI as the only firmware, before a host boots the image", () => {
    const [host] = resources(free, "oci_core_instance");
    expect(host?.depends_on).toEqual([
      "oci_core_shape_management.host-image_shape",
      "oci_core_compute_image_capability_schema.host-image_capabilities",
    ]);
  });

  it("attaches to the image the capabilities that the archive carries, and no new global schema replaces them", () => {
    const [schema] = resources(free, "oci_core_compute_image_capability_schema");
    const attached = Object.entries(z.record(z.string(), z.string()).parse(schema?.schema_data));
    const carried = JSON.parse(imageMetadata({ operatingSystem: "Debian", operatingSystemVersion: "13" }));
    expect(Object.fromEntries(attached.map(([name, text]) => [name, JSON.parse(text)]))).toEqual(
      Object.fromEntries(
        Object.entries(JSON.parse(carried.imageCapabilityData).capabilities).map(([name, capability]) => [
          name,
          { ...Object(capability), source: "IMAGE" },
        ]),
      ),
    );
    expect(schema?.lifecycle).toEqual({ ignore_changes: ["compute_global_image_capability_schema_version_name"] });
  });

  it("lets the load balancer hide the clients' addresses", () => {
    expect(resources(free, "oci_network_load_balancer_backend_set")[0]).toMatchObject({ is_preserve_source: false });
  });

  it("holds budget and quota in the root compartment and the home region", () => {
    const { oci } = synthesize({ ...BASE, oci: { region: "eu-zurich-1", homeRegion: "eu-frankfurt-1" } });
    for (const type of ["oci_budget_budget", "oci_limits_quota"]) {
      expect(resources(oci, type)[0]).toMatchObject({ compartment_id: "${var.tenancy_ocid}", provider: "oci.home" });
    }
  });

  it("names the region in the quota, for a quota holds in each, and no availability domain, for hosts may be moved", () => {
    const [quota] = resources(free, "oci_limits_quota");
    expect(quota?.statements).toContain(
      "set compute-core quota standard-a1-core-count to 2 in tenancy where request.region = 'eu-frankfurt-1'",
    );
  });

  it("launches a host in the config's availability domain unless it was moved from there", () => {
    const { oci } = synthesize({ ...BASE, oci: { region: "eu-frankfurt-1", availabilityDomain: 2 } });
    const domains = "data.oci_identity_availability_domains.account_availability-domains.availability_domains";
    expect(resources(oci, "oci_core_instance")[0]).toMatchObject({
      availability_domain: `\${${domains}[lookup(var.host_domains, "eu-frankfurt-1-ad-2/pve-1", 2) - 1].name}`,
    });
  });

  it("gives the regional A1 quota back too, without which no A1 instance starts", () => {
    const [quota] = resources(free, "oci_limits_quota");
    expect(quota?.statements).toContain(
      "set compute-core quota standard-a1-core-regional-count to 2 in tenancy where request.region = 'eu-frankfurt-1'",
    );
  });

  it("uses a compartment that exists instead of making one", () => {
    const id = "ocid1.compartment.oc1..aaaaaaaaexample";
    const { oci } = synthesize({ ...BASE, oci: { ...BASE.oci, compartment: { id } } });
    expect(resources(oci, "oci_identity_compartment")).toEqual([]);
    expect(resources(oci, "oci_core_vcn")[0]).toMatchObject({ compartment_id: id });
  });

  it("has the sandbox's root stand for a compartment that exists, the tenancy too", () => {
    for (const id of ["ocid1.compartment.oc1..aaaaaaaaexample", "ocid1.tenancy.oc1..aaaaaaaaexample"]) {
      const { oci } = synthesize({ ...BASE, oci: { ...BASE.oci, compartment: { id } } }, { sandbox: true });
      expect(resources(oci, "oci_core_vcn")[0]).toMatchObject({ compartment_id: "${var.tenancy_ocid}" });
    }
  });

  it("keeps the compartment that it made, unless the config has it deleted", () => {
    expect(resources(free, "oci_identity_compartment")[0]).toMatchObject({ enable_delete: false });
    const compartment = { create: "ampere-lab", onDestroy: "delete" } as const;
    const { oci } = synthesize({ ...BASE, oci: { ...BASE.oci, compartment } });
    // 90 minutes, the provider's own patience, are not enough.
    expect(resources(oci, "oci_identity_compartment")[0]).toMatchObject({
      enable_delete: true,
      timeouts: { delete: "200m" },
    });
  });

  it("tags everything that can be tagged, with the lab's name and the user's tags", () => {
    const { oci } = synthesize({ ...BASE, tags: { owner: "me" } });
    const untagged = ["oci_core_shape_management", "oci_core_network_security_group_security_rule"];
    for (const [type, entries] of Object.entries(oci.resource)) {
      if (!type.startsWith("oci_") || untagged.includes(type) || /_(backend|backend_set|listener)$/.test(type))
        continue;
      for (const resource of Object.values(entries)) {
        expect(resource).toMatchObject({ freeform_tags: { lab: "ampere-lab", owner: "me" } });
      }
    }
  });

  it("makes a micro only where the lab has one", () => {
    const shapes = (stack: Stack) => resources(stack, "oci_core_instance").map((instance) => instance.shape);
    expect(shapes(free)).not.toContain("VM.Standard.E2.1.Micro");
    expect(shapes(pair)).toContain("VM.Standard.E2.1.Micro");
  });

  it.each([
    ["profile", { config_file_profile: "WORK" }],
    ["security-token", { auth: "SecurityToken", config_file_profile: "WORK" }],
    ["environment", {}],
    ["instance-principal", { auth: "InstancePrincipal" }],
  ] as const)("signs in by %s where the config says so", (auth, args) => {
    const { oci } = synthesize({ ...BASE, oci: { ...BASE.oci, auth, profile: "WORK" } });
    expect(oci.provider.oci).toEqual([{ region: "eu-frankfurt-1", ...args }]);
  });

  it("names no credentials' profile in the sandbox", () => {
    expect(synthesize(BASE, { sandbox: true }).oci.provider.oci).toEqual([{ region: "eu-frankfurt-1" }]);
  });

  it("keeps the sandbox's state apart", () => {
    const backend = (stack: Stack) => JSON.stringify(stack.terraform);
    expect(backend(free)).toContain(`${HOME}/.lab/state/oci.tfstate`);
    expect(backend(synthesize(BASE, { sandbox: true }).oci)).toContain(`${HOME}/.sandbox/state/oci.tfstate`);
  });
});
