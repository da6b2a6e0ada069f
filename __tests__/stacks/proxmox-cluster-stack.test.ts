import { BASE, type Stack, synthesize } from "./synthesize.ts";

const resources = (stack: Stack, type: string): Record<string, unknown>[] => Object.values(stack.resource[type] ?? {});
const vms = (stack: Stack) => resources(stack, "proxmox_virtual_environment_vm");
const templates = (stack: Stack) => vms(stack).filter((vm) => vm.template === true);
const guests = (stack: Stack) => vms(stack).filter((vm) => vm.template !== true);

describe("ProxmoxClusterStack", () => {
  const free = synthesize(BASE).proxmox;
  const pair = synthesize({ ...BASE, preset: "free-pair" }).proxmox;

  it("talks to the near end of the first host's tunnel", () => {
    expect(free.provider.proxmox).toEqual([
      expect.objectContaining({ endpoint: "https://127.0.0.1:18001/", username: "root@pam" }),
    ]);
  });

  it("takes root's password from a sensitive variable", () => {
    expect(free.provider.proxmox?.[0]).toMatchObject({ password: "${var.pve_root_password}" });
    expect(free.variable.pve_root_password).toMatchObject({ sensitive: true });
  });

  it("forms the cluster again when a host gets a new disk", () => {
    expect(pair.resource.terraform_data?.["cluster_form_run"]).toMatchObject({
      triggers_replace: {
        "pve-1":
          "${data.terraform_remote_state.cross-stack-reference-input-oci.outputs.cross-stack-output-terraform_data-pve-1_disk-id}",
      },
    });
  });

  it("makes one template a host, none of them ever started", () => {
    expect(templates(pair).map((vm) => [vm.node_name, vm.vm_id, vm.started])).toEqual([
      ["pve-1", 9001, false],
      ["pve-2", 9002, false],
    ]);
  });

  it("builds guests that start on aarch64", () => {
    for (const vm of vms(free)) {
      expect(vm).toMatchObject({
        machine: "virt",
        bios: "ovmf",
        scsi_hardware: "virtio-scsi-pci",
        cpu: { type: "custom-neoverse-n1" },
        memory: { floating: 0 },
        serial_device: [{ device: "socket" }],
      });
      expect(JSON.stringify(vm)).not.toMatch(/"ide\d"/);
      expect(vm.cpu).not.toHaveProperty("architecture");
    }
  });

  it("switches KVM off on the template before anything is cloned from it", () => {
    for (const guest of guests(free)) {
      expect(guest.depends_on).toEqual(["terraform_data.template-pve-1_disable-kvm_run"]);
    }
  });

  it("clones each guest on the host where its template's disk is", () => {
    expect(guests(pair).map((vm) => [vm.name, vm.node_name, vm.clone])).toEqual([
      ["cp-1", "pve-1", expect.objectContaining({ vm_id: 9001 })],
      ["worker-1", "pve-2", expect.objectContaining({ vm_id: 9002 })],
    ]);
  });

  it("asks for the qcow2 of the image factory, which Proxmox can import as it is", () => {
    expect(resources(free, "proxmox_download_file")).toEqual([
      expect.objectContaining({ content_type: "import", url: expect.stringMatching(/nocloud-arm64\.qcow2$/) }),
    ]);
  });

  it("fills the management set before it enables the firewall", () => {
    expect(resources(free, "proxmox_virtual_environment_cluster_firewall")[0]).toMatchObject({
      enabled: true,
      depends_on: [
        "proxmox_virtual_environment_firewall_ipset.firewall_management",
        "proxmox_virtual_environment_firewall_rules.firewall_rules",
      ],
    });
  });

  it("switches the firewall off before it, and the management set, go", () => {
    expect(free.resource.terraform_data?.["firewall_off-at-the-end_run"]).toMatchObject({
      depends_on: ["proxmox_virtual_environment_cluster_firewall.firewall_cluster"],
      provisioner: [
        {
          "local-exec": {
            when: "destroy",
            environment: { PVE_HOST: "${self.input.PVE_HOST}" },
            on_failure: "continue",
          },
        },
      ],
    });
  });

  it("lets the overlay of several hosts through the firewall, and of one host SSH alone", () => {
    const rules = (stack: Stack) => JSON.stringify(resources(stack, "proxmox_virtual_environment_firewall_rules"));
    expect(rules(pair)).toMatch(/"dport":"4789".*"dport":"179".*"dport":"3784:3785".*"dport":"4784"/);
    expect([...new Set([...rules(free).matchAll(/"dport":"(.*?)"/g)].map(([, port]) => port))]).toEqual(["22"]);
  });

  it("lets SSH in from everywhere but the guests, as the security group says who may", () => {
    for (const stack of [free, pair]) {
      const [{ rule = [] } = {}] = resources(stack, "proxmox_virtual_environment_firewall_rules");
      expect((Array.isArray(rule) ? rule : []).slice(0, 2)).toEqual([
        expect.objectContaining({ action: "DROP", proto: "tcp", dport: "22", source: "10.20.0.0/24" }),
        expect.not.objectContaining({ source: expect.anything() }),
      ]);
      expect((Array.isArray(rule) ? rule : [])[1]).toMatchObject({ action: "ACCEPT", proto: "tcp", dport: "22" });
    }
  });

  it("depends in nothing on where admins come from: whoever is locked out could not change it", () => {
    const elsewhere = (adminCidrs: string[]) => synthesize({ ...BASE, access: { adminCidrs } }).proxmox;
    expect(elsewhere(["203.0.113.99/32"]).resource).toEqual(elsewhere(["198.51.100.0/24"]).resource);
  });

  it("replaces the template with the image, and never a guest because of what it was cloned from", () => {
    const [template] = templates(free);
    expect(template?.lifecycle).toMatchObject({
      replace_triggered_by: expect.arrayContaining(["terraform_data.template-pve-1_image"]),
    });
    // Its URL, and not the file, which is the same when it is fetched again.
    expect(free.resource.terraform_data?.["template-pve-1_image"]).toMatchObject({
      triggers_replace: { url: "${proxmox_download_file.talos-image_pve-1.url}" },
    });
    for (const guest of guests(free)) expect(guest.lifecycle).toMatchObject({ ignore_changes: ["clone", "efi_disk"] });
  });

  it("replaces templates and guests when their host gets a new disk", () => {
    for (const vm of [...templates(free), ...guests(free)])
      expect(vm.lifecycle).toMatchObject({
        replace_triggered_by: expect.arrayContaining(["terraform_data.disk-pve-1"]),
      });
  });

  it("puts the guests of one host into a Simple zone with SNAT, and none of them into its IPAM, which holds on to a subnet", () => {
    expect(resources(free, "proxmox_sdn_zone_simple")[0]).not.toHaveProperty("dhcp");
    expect(resources(free, "proxmox_sdn_subnet")[0]).toMatchObject({ snat: true, gateway: "10.20.0.1" });
  });

  it("spans several hosts with an EVPN zone that leaves through every one of them", () => {
    expect(resources(pair, "proxmox_sdn_zone_evpn")[0]).toMatchObject({ exit_nodes: ["pve-1", "pve-2"], mtu: 1450 });
    expect(resources(pair, "proxmox_sdn_zone_simple")).toEqual([]);
  });

  it("keeps the cluster's keys when Talos' version changes, and hands them on as secrets", () => {
    expect(Object.values(free.resource["talos_machine_secrets"] ?? {})).toEqual([
      expect.objectContaining({ lifecycle: { ignore_changes: ["talos_version"] } }),
    ]);
    const keys = Object.entries(free.output).filter(([name]) => name.includes("talos_machine_secrets"));
    expect(keys.length).toBeGreaterThan(10);
    for (const [, output] of keys) expect(output.sensitive).toBe(true);
  });

  it("hands out the automation token as a secret", () => {
    expect(free.output.automation_token).toMatchObject({ sensitive: true });
  });
});
