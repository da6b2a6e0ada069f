/** Labs of other authors on Oracle Cloud. */
import type { Lab } from "./labs-list.ts";

export const OCI_LABS: readonly Lab[] = [
  {
    repository: "statickidz/dokploy-oci-free",
    commit: "cb8fb4c",
    variables: ({ tenancy, publicKey, image, domain }) => ({
      compartment_id: tenancy,
      ssh_authorized_keys: publicKey,
      source_image_id: image("Canonical-Ubuntu-22.04-aarch64"),
      availability_domain_main: domain(1),
      availability_domain_workers: domain(1),
    }),
  },
  {
    repository: "garutilorenzo/k3s-oci-cluster",
    commit: "1f4f5e1",
    folder: "example",
    account: "pay-as-you-go",
    variables: ({ tenancy, user, fingerprint, keyFile, region, image, domain }) => ({
      tenancy_ocid: tenancy,
      compartment_ocid: tenancy,
      user_ocid: user,
      fingerprint,
      private_key_path: keyFile,
      region,
      availability_domain: domain(1),
      my_public_ip_cidr: "203.0.113.7/32",
      cluster_name: "acceptance",
      os_image_id: image("Canonical-Ubuntu-22.04-aarch64"),
      certmanager_email_address: "you@example.org",
    }),
  },
  {
    repository: "filippolmt/terraform-oci-free-tier",
    commit: "058e7d6",
    known: {
      says: /docker_volume has lifecycle\.prevent_destroy set/,
      verdict: "as-there",
      because: "it protects its volume from a destroy",
    },
    variables: ({ tenancy, user, fingerprint, keyFile, region, image, publicKey }) => ({
      tenancy_ocid: tenancy,
      compartment_ocid: tenancy,
      user_ocid: user,
      oracle_api_key_fingerprint: fingerprint,
      oracle_api_private_key_path: keyFile,
      region,
      ssh_public_key: publicKey,
      instance_shape_config_memory_gb: 12,
      instance_shape_config_ocpus: 2,
      instance_image_ocids_by_region: { [region]: image("Canonical-Ubuntu-22.04-aarch64") },
    }),
  },
  {
    repository: "siderolabs/contrib",
    commit: "8441807",
    folder: "examples/terraform/oci",
    variables: ({ tenancy, user, fingerprint, keyFile, region }) => ({
      tenancy_ocid: tenancy,
      compartment_ocid: tenancy,
      user_ocid: user,
      fingerprint,
      private_key_path: keyFile,
      region,
      talos_version: "v1.13.9",
      kubernetes_version: "v1.36.3",
      talos_image_oci_bucket_url: `https://objectstorage.${region}.oraclecloud.com/n/ns/b/talos/o/talos-v1.13.9-oracle-arm64.oci`,
      talos_extensions: ["iscsi-tools"],
      controlplane_instance_count: 1,
      worker_instance_count: 1,
      controlplane_instance_ocpus: 1,
      controlplane_instance_memory_in_gbs: "6",
      worker_instance_ocpus: 1,
      worker_instance_memory_in_gbs: "6",
      worker_volume_size_in_gbs: "50",
    }),
  },
  {
    repository: "RhubarbSin/terraform-oci-free-compute-maximal-example",
    commit: "f972c3e",
    account: "pay-as-you-go",
    variables: ({ tenancy, region, publicKey }) => ({ tenancy_ocid: tenancy, region, ssh_public_key: publicKey }),
  },
  {
    repository: "oracle-terraform-modules/terraform-oci-vcn",
    commit: "f50424b",
    modules: ["oracle-terraform-modules/terraform-oci-logging"],
    account: "pay-as-you-go",
    root: `
variable "tenancy" {}
module "vcn" {
  source                   = "./lab"
  compartment_id           = var.tenancy
  tenancy_id               = var.tenancy
  create_internet_gateway  = true
  create_nat_gateway       = true
  create_service_gateway   = true
  lockdown_default_seclist = true
  local_peering_gateways   = { other = { route_table_id = "" } }
  subnets = {
    public  = { name = "public", cidr_block = "10.0.1.0/24", type = "public" }
    private = { name = "private", cidr_block = "10.0.2.0/24", type = "private" }
  }
}
`,
    variables: ({ tenancy }) => ({ tenancy }),
  },
  {
    repository: "sudo-kraken/oci-free-terraform-stack",
    commit: "1dbb97b",
    modules: ["oracle-terraform-modules/terraform-oci-vcn", "oracle-terraform-modules/terraform-oci-drg"],
    account: "pay-as-you-go",
    root: `
variable "settings" {}
module "stack" {
  source               = "./lab/oci-stack-module"
  tenancy_ocid         = var.settings.tenancy
  user_ocid            = var.settings.user
  fingerprint          = var.settings.fingerprint
  private_key_path     = var.settings.key
  region               = var.settings.region
  compartment_name     = "stack"
  vm_name              = "stack"
  vm_image_ocid_x86_64 = var.settings.x86
  vm_image_ocid_ampere = var.settings.arm
  ssh_public_key       = var.settings.ssh
}
`,
    variables: ({ tenancy, user, fingerprint, keyFile, region, image, publicKey }) => ({
      settings: {
        tenancy,
        user,
        fingerprint,
        key: keyFile,
        region,
        x86: image("Canonical-Ubuntu-22.04-2"),
        arm: image("Canonical-Ubuntu-22.04-aarch64"),
        ssh: publicKey,
      },
    }),
  },
  {
    repository: "r0b2g1t/k3s-cluster-on-oracle-cloud-infrastructure",
    commit: "ae29807",
    known: {
      says: /404-NotAuthorizedOrNotFound[^]*LaunchInstance/,
      verdict: "needs-account",
      because: "it names a build of Oracle's image by an id of 2022",
    },
    folder: "terraform",
    account: "pay-as-you-go",
    variables: ({ tenancy, user, fingerprint, key, region, publicKey }) => ({
      tenancy_ocid: tenancy,
      compartment_id: tenancy,
      user_ocid: user,
      fingerprint,
      private_key: key,
      private_key_password: "",
      region,
      ssh_authorized_keys: [publicKey],
    }),
  },
  {
    repository: "mbologna/k3s-oci",
    commit: "c0899c0",
    known: {
      says: /availability_domain must match the pattern/,
      verdict: "as-there",
      because: "its rule for availability domains refuses Frankfurt's, its own example",
    },
    folder: "example",
    account: "pay-as-you-go",
    variables: ({ tenancy, user, fingerprint, keyFile, region, domain, publicKey }) => ({
      tenancy_ocid: tenancy,
      compartment_ocid: tenancy,
      user_ocid: user,
      fingerprint,
      private_key_path: keyFile,
      region,
      availability_domain: domain(1),
      my_public_ip_cidr: ["203.0.113.7/32"],
      cluster_name: "acceptance",
      certmanager_email_address: "you@example.org",
      public_key: publicKey,
      enable_vault: false,
      enable_bastion: false,
      enable_longhorn_backup: false,
    }),
  },
  {
    repository: "jpetazzo/ampernetacle",
    commit: "8fa1d3a",
    variables: () => ({ how_many_nodes: 2 }),
  },
  {
    repository: "robinlieb/terraform-oci-free-tier-kubernetes",
    commit: "79a9f07",
    modules: ["robinlieb/terraform-random-kubeadm-token", "oracle-terraform-modules/terraform-oci-vcn"],
    variables: ({ tenancy, user, fingerprint, key, region, publicKey }) => ({
      tenancy_ocid: tenancy,
      user_ocid: user,
      fingerprint,
      private_key: key,
      region,
      ssh_public_key: publicKey,
      // No instance is signed in to: nothing runs on them.
      ssh_private_key: key,
    }),
  },
  {
    repository: "cloudplz/terraform-oci-free-tier",
    commit: "34731a4",
    // It says that there are no tags; the account's defaults are. Databases and keys are other services.
    root: `
terraform {
  required_providers {
    oci = { source = "oracle/oci" }
  }
}
provider "oci" {
  ignore_defined_tags = ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"]
}
variable "tenancy" {}
variable "key" {}
module "free_tier" {
  source         = "./lab"
  name           = "acceptance"
  compartment_id = var.tenancy
  tenancy_id     = var.tenancy
  ssh_public_key = var.key
  profile        = "persistent"
  features       = { mysql = false, vault = false }
}
`,
    variables: ({ tenancy, publicKey }) => ({ tenancy, key: publicKey }),
  },
];
