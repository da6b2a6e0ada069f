/** Labs of other authors on Proxmox VE. */
import type { Lab } from "./labs-list.ts";

/** Of root modules that call a lab. */
const PROVIDER = `
terraform {
  required_providers {
    proxmox = { source = "bpg/proxmox" }
  }
}
provider "proxmox" {}
variable "host" {}
`;

export const PROXMOX_LABS: readonly Lab[] = [
  {
    repository: "bbtechsys/terraform-proxmox-talos",
    commit: "9b372ad",
    root: `${PROVIDER}
module "talos" {
  source             = "./lab"
  talos_cluster_name = "acceptance"
  talos_version      = "1.13.9"
  control_nodes      = { control-0 = var.host }
  worker_nodes       = { worker-0 = var.host, worker-1 = var.host }
}
`,
    variables: ({ host }) => ({ host: host.name }),
  },
  {
    repository: "pascalinthecloud/terraform-proxmox-talos-cluster",
    commit: "145ba1f",
    root: `${PROVIDER}
module "cluster" {
  source       = "./lab"
  cluster      = { name = "acceptance", vm_base_id = 700, ip_base_offset = 20, datastore = "local-lvm", node = var.host }
  image        = { version = "v1.13.9", extensions = ["qemu-guest-agent", "iscsi-tools"] }
  network      = { cidr = "192.168.1.0/24", gateway = "192.168.1.1", dns_servers = ["1.1.1.1"] }
  controlplane = { count = 1, specs = { cpu = 2, memory = 4096, disk = 50 } }
  worker       = { count = 2, specs = { cpu = 2, memory = 6192, disk = 50 } }
}
`,
    variables: ({ host }) => ({ host: host.name }),
  },
  {
    repository: "vehagn/homelab",
    commit: "55b728b",
    tool: "tofu",
    root: `${PROVIDER}
module "talos" {
  source  = "./lab/tofu/kubernetes/talos"
  image   = { version = "v1.13.9", schematic_path = "lab/tofu/kubernetes/talos/image/schematic.yaml" }
  cluster = {
    name                = "acceptance"
    gateway             = "192.168.1.1"
    proxmox_cluster     = "homelab"
    kubernetes_version  = "v1.36.3"
    gateway_api_version = "v1.6.1"
    extra_manifests     = []
    kubelet             = "extraArgs: { feature-gates: ImageVolume=true }"
    api_server          = "extraArgs: { oidc-client-id: kubectl }"
    cilium = {
      bootstrap_manifest_path = "lab/tofu/kubernetes/talos/inline-manifests/cilium-install.yaml"
      values_file_path        = "lab/k8s/infra/network/cilium/values.yaml"
    }
  }
  nodes = {
    ctrl-00 = {
      host_node = var.host, machine_type = "controlplane", datastore_id = "local-lvm", ip = "192.168.1.50"
      mac_address = "BC:24:11:2E:C8:00", vm_id = 800, cpu = 8, ram_dedicated = 28672
    }
    work-00 = {
      host_node = var.host, machine_type = "worker", datastore_id = "local-lvm", ip = "192.168.1.51"
      mac_address = "BC:24:11:2E:A8:00", vm_id = 810, cpu = 8, ram_dedicated = 4096
    }
  }
}
`,
    variables: ({ host }) => ({ host: host.name }),
  },
  {
    repository: "JeffResc/proxmox-talos-terraform",
    commit: "4f609c0",
    known: {
      says: /template\["worker"\] will be updated in-place/,
      verdict: "as-there",
      because: "bpg/proxmox plans addresses of a template anew each time (its issue 1494)",
    },
    variables: ({ host, token }) => ({
      proxmox_api_token: token,
      proxmox_endpoint: host.api,
      proxmox_insecure: true,
      talos_version: "v1.13.9",
      cluster_vip_ip: "192.168.1.40",
      network_cidr: "192.168.1.0/24",
      network_gateway: "192.168.1.1",
    }),
  },
  {
    repository: "rgl/terraform-proxmox-ubuntu-example",
    commit: "b249027",
    variables: ({ host }) => ({ proxmox_pve_node_name: host.name, proxmox_pve_node_address: host.address }),
  },
];
