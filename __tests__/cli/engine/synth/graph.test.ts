import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labGraph } from "../../../../cli/engine/synth/lab-graph.ts";
import { mermaid, svg } from "../../../../cli/engine/synth/drawing.ts";
import { readElements } from "../../../../cli/engine/synth/references.ts";

const OCI = {
  resource: {
    oci_core_vcn: { network: { display_name: "lab", cidr_blocks: ["10.0.0.0/16"] } },
    oci_core_network_security_group: { hosts: { vcn_id: "${oci_core_vcn.network.id}" } },
    oci_core_subnet: {
      public: { display_name: "public", cidr_block: "10.0.0.0/24", vcn_id: "${oci_core_vcn.network.id}" },
    },
    oci_core_instance: {
      "pve-1": {
        display_name: "pve-1",
        shape: "VM.Standard.A1.Flex",
        shape_config: { ocpus: 2, memory_in_gbs: 12 },
        create_vnic_details: {
          subnet_id: "${oci_core_subnet.public.id}",
          nsg_ids: ["${oci_core_network_security_group.hosts.id}"],
        },
      },
    },
    oci_network_load_balancer_network_load_balancer: { api: { display_name: "api" } },
    oci_network_load_balancer_backend: {
      one: {
        network_load_balancer_id: "${oci_network_load_balancer_network_load_balancer.api.id}",
        target_id: "${oci_core_instance.pve-1.id}",
      },
    },
  },
  locals: { address: "${one(oci_network_load_balancer_network_load_balancer.api.ip_addresses)}" },
  output: { "api-address": { value: "${local.address}" } },
};
const PROXMOX = {
  resource: {
    proxmox_virtual_environment_vm: {
      template: { name: "talos", vm_id: 9001, template: true, node_name: "pve-1" },
      "cp-1": { name: 'cp "1"', vm_id: "101", node_name: "pve-1", clone: { vm_id: 9001 }, cpu: { cores: 2 } },
    },
    terraform_data: { made: { lifecycle: { replace_triggered_by: ["proxmox_virtual_environment_vm.cp-1"] } } },
  },
  output: { made: { value: "${terraform_data.made.id}" } },
};
const reads = (stack: string, output: string): string =>
  `\${data.terraform_remote_state.cross-stack-reference-input-${stack}.outputs.${output}}`;
const TALOS = {
  data: { talos_machine_configuration: { "cp-1": { config_patches: [reads("oci", "api-address")] } } },
  resource: {
    terraform_data: { machine: { triggers_replace: reads("proxmox", "made") } },
    talos_machine_configuration_apply: {
      "cp-1_apply": {
        node: "10.20.0.11",
        machine_configuration_input: "${data.talos_machine_configuration.cp-1.machine_configuration}",
        lifecycle: { replace_triggered_by: ["terraform_data.machine"] },
      },
    },
    talos_machine_bootstrap: { bootstrap: { depends_on: ["talos_machine_configuration_apply.cp-1_apply"] } },
  },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-graph-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function graphOf(stacks: Readonly<Record<string, unknown>>) {
  const infos = Object.entries(stacks).map(([name, document]) => {
    const file = join(folder, `${name}.tf.json`);
    writeFileSync(file, JSON.stringify(document));
    return { name, folder, file, dependencies: [] };
  });
  return labGraph(Object.keys(stacks), readElements(infos));
}
const LAB = { oci: OCI, proxmox: PROXMOX, talos: TALOS };

/** Arrows by the names of the resources. */
function arrows(stacks: Readonly<Record<string, unknown>>): readonly string[] {
  const short = (id: string): string => id.replace(/^.*\./, "");
  return graphOf(stacks)
    .arrows.map(({ from, to }) => `${short(from)} → ${short(to)}`)
    .toSorted();
}

describe("the lab's graph", () => {
  it("has hosts, networks, virtual machines and Talos machines, and says what each is", () => {
    expect(graphOf(LAB).boxes.map(({ stack, title, about }) => `${stack}: ${title}: ${about}`)).toEqual([
      "oci: lab: VCN, 10.0.0.0/16",
      "oci: public: subnet, 10.0.0.0/24",
      "oci: pve-1: VM.Standard.A1.Flex, 2 OCPU, 12 GB",
      "oci: api: network load balancer",
      'proxmox: cp "1": VM, 101, 2 vCPU',
      "proxmox: talos: template, 9001",
      "talos: cp-1: Talos, 10.20.0.11",
      "talos: bootstrap: etcd's first member",
    ]);
  });

  it("follows references within a stack, and leaves out a way round that says no more", () => {
    const { oci_network_load_balancer_backend: _, ...resource } = OCI.resource;
    expect(arrows({ oci: { ...OCI, resource } })).toEqual(["public → network", "pve-1 → public"]);
  });

  it("draws what only ties two together as an arrow", () => {
    expect(arrows({ oci: OCI })).toContain("api → pve-1");
  });

  it("knows a virtual machine's host and template by their names and ids", () => {
    expect(arrows({ oci: OCI, proxmox: PROXMOX })).toEqual(
      expect.arrayContaining(["cp-1 → pve-1", "cp-1 → template", "template → pve-1"]),
    );
  });

  it("follows outputs, locals and what makes anew from one stack into another", () => {
    expect(arrows(LAB).filter((each) => /_apply|bootstrap/.test(each))).toEqual([
      "bootstrap → cp-1_apply",
      "cp-1_apply → api",
      "cp-1_apply → cp-1",
    ]);
  });

  it("is Mermaid text, a group for each stack, with what needs above what it needs", () => {
    expect(mermaid(graphOf({ oci: { resource: { oci_core_vcn: OCI.resource.oci_core_vcn } }, proxmox: PROXMOX }))).toBe(
      [
        "flowchart TB",
        '  subgraph proxmox_stack["proxmox"]',
        '    n2["cp #34;1#34;<br/>VM, 101, 2 vCPU"]',
        '    n3["talos<br/>template, 9001"]',
        "  end",
        '  subgraph oci_stack["oci"]',
        '    n1["lab<br/>VCN, 10.0.0.0/16"]',
        "  end",
        "  n2 --> n3",
        "",
      ].join("\n"),
    );
  });

  it("has hosts in the order of their numbers, where the stack has them in that of their letters", () => {
    const named = (number: number) => [`pve-${number}_instance`, { display_name: `pve-${number}` }];
    const stack = { resource: { oci_core_instance: Object.fromEntries([10, 1, 2].map(named)) } };
    expect(graphOf({ oci: stack }).boxes.map(({ title }) => title)).toEqual(["pve-1", "pve-2", "pve-10"]);
  });

  describe("as SVG", () => {
    const numbers = (text: string, tag: RegExp): readonly (readonly number[])[] =>
      [...text.matchAll(tag)].map(([, ...found]) => found.map(Number));
    const BOXES = /<rect class="box" x="([\d.-]+)" y="([\d.]+)" width="(\d+)" height="(\d+)"/g;

    it("has hosts in the order of their numbers", () => {
      const boxes = ["pve-10", "pve-2", "micro", "pve-1"].map((id) => ({ id, stack: "oci", title: id, about: "host" }));
      const names = [...svg({ stacks: ["oci"], boxes, arrows: [] }).matchAll(/class="name"[^>]*>([^<]+)/g)];
      expect(names.map(([, name]) => name)).toEqual(["pve-1", "pve-2", "micro", "pve-10"]);
    });

    it("has every box once and beside the others, and every arrow", () => {
      const lab = graphOf(LAB);
      const twins = ["cp-1", "cp-2", "cp-3"].map((id) => ({ id, stack: "talos", title: id, about: "Talos" }));
      const graph = { ...lab, boxes: [...lab.boxes, ...twins] };
      const drawing = svg(graph);
      const boxes = numbers(drawing, BOXES);
      expect(boxes).toHaveLength(graph.boxes.length);
      expect(drawing.match(/<path class="arrow"/g)).toHaveLength(graph.arrows.length);
      const overlapping = boxes.filter(([x = 0, y = 0, width = 0]) =>
        boxes.some(([left = 0, top = 0]) => y === top && left > x && left < x + width),
      );
      expect(overlapping).toEqual([]);
    });

    it("leads arrows past the boxes of the rows between", () => {
      const drawing = svg(graphOf(LAB));
      const boxes = numbers(drawing, BOXES);
      // Where an arrow goes straight down, from what height, and how far.
      const passages = numbers(drawing, /([\d.-]+) ([\d.]+)V([\d.]+)/g);
      expect(passages.length).toBeGreaterThan(0);
      for (const [x = 0, top = 0] of passages)
        expect(boxes.filter(([left = 0, y = 0, width = 0]) => y === top && x > left && x < left + width)).toEqual([]);
    });

    it("has names as text, whatever is in them, and shortens those that have no room", () => {
      const name = '<script>"&' + "x".repeat(40);
      const drawing = svg(graphOf({ oci: { resource: { oci_core_vcn: { it: { display_name: name } } } } }));
      expect(drawing).not.toContain("<script>");
      expect(drawing).toContain(`>&#60;script&#62;&#34;&#38;${"x".repeat(17)}…</text>`);
      expect(drawing).toContain(`<title>&#60;script&#62;&#34;&#38;${"x".repeat(40)}: VCN</title>`);
    });

    it("is an empty picture of a lab that has nothing", () => {
      expect(svg({ stacks: ["oci"], boxes: [], arrows: [] })).toMatch(
        /^<svg [^>]+ width="\d+" height="\d+">[^]+<\/svg>\n$/,
      );
    });
  });
});
