/** A tenancy in memory and Terraform's side of it, for tests of the OCI services. */
import { join } from "node:path";
import { emptyOci, ociProvider } from "../../../sandbox/oci/index.ts";
import type { Attributes } from "../../../sandbox/plugin/resource.ts";
import { type ProviderSchema, readProviderSchema } from "../../../sandbox/plugin/schema.ts";
import type { Values } from "../../../sandbox/plugin/value.ts";
import type { Account, OciTenancy } from "../../../sandbox/world/oci.ts";
import { memoryStore, randomText, type Store } from "../../../sandbox/world/store.ts";
import { type Terraform, terraform } from "../plugin/terraform.ts";

const schema: ProviderSchema = readProviderSchema(
  join(import.meta.dirname, "..", "..", "..", "providers", "oci", "schema.json"),
);

export function emptyStore(account: Account = "always-free"): Store {
  const oci = emptyOci(account, randomText);
  return memoryStore(() => ({ version: 5, oci, proxmox: { hosts: {}, datacenters: {} }, talos: {}, tunnels: [] }));
}

export interface Tenancy extends Terraform {
  readonly store: Store;
  readonly oci: OciTenancy;
  /** OCID of the root compartment, where these tests put everything. */
  readonly root: string;
}

export async function tenancy(
  account: Account = "always-free",
  provider: Attributes = { region: "eu-frankfurt-1" },
  store: Store = emptyStore(account),
): Promise<Tenancy> {
  const { oci } = store.state;
  return { ...(await terraform(ociProvider, schema, store, provider)), store, oci, root: oci.tenancyId };
}

export function idOf(values: Values): string {
  if (typeof values.id !== "string") throw new Error("there is no id");
  return values.id;
}

/** What most tests stand on: a VCN with one subnet and a group. */
export interface Network {
  readonly vcnId: string;
  readonly subnetId: string;
  readonly groupId: string;
}

export async function network(to: Tenancy, vcn: Attributes = {}, subnet: Attributes = {}): Promise<Network> {
  const compartment_id = to.root;
  const vcnId = idOf(
    await to.apply("oci_core_vcn", { compartment_id, cidr_blocks: ["10.0.0.0/16"], dns_label: "lab", ...vcn }),
  );
  const inVcn = { compartment_id, vcn_id: vcnId };
  return {
    vcnId,
    subnetId: idOf(
      await to.apply("oci_core_subnet", { ...inVcn, cidr_block: "10.0.0.0/24", dns_label: "hosts", ...subnet }),
    ),
    groupId: idOf(await to.apply("oci_core_network_security_group", { ...inVcn, display_name: "hosts" })),
  };
}

/** An image of the lab's own, with A1 among its shapes. */
export async function hostImage(to: Tenancy, objectName = "proxmox-ampere-abc.oci"): Promise<string> {
  const image = await to.apply("oci_core_image", {
    compartment_id: to.root,
    image_source_details: [
      {
        source_type: "objectStorageTuple",
        namespace_name: to.oci.namespace,
        bucket_name: "lab",
        object_name: objectName,
      },
    ],
  });
  const shape = { compartment_id: to.root, image_id: idOf(image), shape_name: "VM.Standard.A1.Flex" };
  await to.apply("oci_core_shape_management", shape);
  return idOf(image);
}

/** An A1 host in that network. */
export function host(to: Tenancy, { subnetId, groupId }: Network, imageId: string) {
  return {
    compartment_id: to.root,
    availability_domain: "Uocm:EU-FRANKFURT-1-AD-1",
    display_name: "pve-1",
    shape: "VM.Standard.A1.Flex",
    shape_config: [{ ocpus: 1, memory_in_gbs: 6 }],
    source_details: [{ source_type: "image", source_id: imageId, boot_volume_size_in_gbs: "50" }],
    create_vnic_details: [{ subnet_id: subnetId, nsg_ids: [groupId] }],
    metadata: { user_data: Buffer.from("#cloud-config\n{}").toString("base64") },
  };
}
