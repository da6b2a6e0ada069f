/** What `lab.config.ts` may say. Every field is documented by its `describe`, from which docs/config.md is generated. */
import { z } from "zod";

// Filled in by the config work: limits, messages and descriptions.
const cidr = z.string();
const name = z.string();

export const hostSchema = z.strictObject({
  name,
  ocpus: z.number().int(),
  memoryGb: z.number().int(),
  bootVolumeGb: z.number().int(),
  faultDomain: z.union([z.literal(1), z.literal(2), z.literal(3)]).optional(),
});

export const nodeSchema = z.strictObject({
  name,
  role: z.enum(["control-plane", "worker"]),
  vcpus: z.number().int(),
  memoryMb: z.number().int(),
  diskGb: z.number().int(),
  host: name.optional(),
});

export const labSchema = z.strictObject({
  preset: z.enum(["free", "free-pair", "payg"]),
  name,
  tags: z.record(z.string(), z.string()),
  allowPaid: z.boolean(),
  oci: z.strictObject({
    region: z.string(),
    homeRegion: z.string(),
    profile: z.string(),
    availabilityDomain: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    compartment: z.union([z.strictObject({ create: name }), z.strictObject({ id: z.string() })]),
    budget: z.strictObject({ amount: z.number().int(), email: z.string().optional() }),
  }),
  network: z.strictObject({ vcn: cidr, subnet: cidr, guests: cidr, pods: cidr, services: cidr }),
  access: z.strictObject({ adminCidrs: z.array(cidr), allowAnywhere: z.boolean(), basePort: z.number().int() }),
  hosts: z.array(hostSchema),
  micro: z.strictObject({ name, bootVolumeGb: z.number().int() }).nullable(),
  virtualization: z.enum(["tcg", "kvm"]),
  kubernetes: z.strictObject({
    placement: z.enum(["proxmox", "oci"]),
    nodes: z.array(nodeSchema),
  }),
  versions: z.strictObject({ proxmox: z.string(), talos: z.string(), kubernetes: z.string() }),
  state: z.strictObject({ backend: z.literal("local") }),
});

/** A lab, complete and checked. */
export type LabConfig = z.infer<typeof labSchema>;
export type HostConfig = LabConfig["hosts"][number];
export type NodeConfig = LabConfig["kubernetes"]["nodes"][number];
export type NodeRole = NodeConfig["role"];
export type PresetName = LabConfig["preset"];
