/** The schema of `lab.config.ts`. Every field has its meaning and what it allows; docs/config.md is generated from them. */
import { z } from "zod";
import { adminNetwork, field, flag, pattern, privateNetwork, quotedList, slotName, whole } from "./fields.ts";
import { isPlain } from "./merge.ts";
import { existingSchema } from "./existing-schema.ts";
import { PRESET_NAMES } from "./presets.ts";
import { stateSchema } from "./state-schema.ts";
import { cni, inlineManifests, nodeExtras, talosSchema } from "./talos-schema.ts";

// A program parses one config: compiling validators first costs it more than they save.
z.config({ jitless: true });

/** OCI: every volume, boot volumes included, has at least 50 GB and at most 32 TB (Block Volume documentation). */
const bootVolume = (meaning: string): z.ZodInt => whole(50, 32768, meaning, "GB; every OCI volume is at least 50 GB");

const faultDomain = (otherwise: string) =>
  field(z.literal([1, 2, 3]), `Fault domain: hardware that fails together. ${otherwise}`, "1, 2 or 3").optional();

/** A Proxmox VE host. */
const hostSchema = field(
  z.strictObject({
    name: slotName("Host name, and the Proxmox VE node's name. Its number fixes its address and ports.", "pve-1"),
    // Up to 80 OCPU and 512 GB: OCI compute shapes, VM.Standard.A1.Flex.
    ocpus: whole(1, 80, "OCPUs of the VM.Standard.A1.Flex instance; on A1 one OCPU is one core and one vCPU."),
    memoryGb: whole(4, 512, "Memory of the instance, in GB.", "GB; Proxmox VE itself takes 1.5 to 2 of them"),
    bootVolumeGb: bootVolume("Boot volume, in GB; the virtual machines live in what the system leaves of it."),
    faultDomain: faultDomain("Without it Oracle chooses one that has room, unless oci.spreadHosts says otherwise."),
  }),
  "One Ampere A1 instance that runs Proxmox VE.",
  "an object with name, ocpus, memoryGb and bootVolumeGb",
);

/** The x86 instance that votes. */
const microSchema = field(
  z.strictObject({
    name: slotName("Name of the instance.", "qdevice-1"),
    bootVolumeGb: bootVolume("Boot volume, in GB."),
    availabilityDomain: field(
      z.literal([1, 2, 3]),
      "Availability domain. Where a region has several, only one has this shape: `lab doctor` finds out which. " +
        "Without it oci.availabilityDomain.",
      "1, 2 or 3",
    ).optional(),
    faultDomain: faultDomain("Without it Oracle chooses one that has room; with oci.spreadHosts it is 3."),
  }),
  "An x86 VM.Standard.E2.1.Micro as QDevice: the third vote of a cluster of two hosts. null means none.",
  "null or an object with name and bootVolumeGb",
);

/** A Talos machine. */
const nodeSchema = field(
  z.strictObject({
    name: slotName("Node name. Its number fixes its address, VM id, MAC and port.", "worker-1"),
    role: field(z.enum(["control-plane", "worker"]), "What the node does.", '"control-plane" or "worker"'),
    vcpus: whole(
      1,
      80,
      "Virtual CPUs, at most as many as its host has; with placement oci the instance's OCPUs.",
      "at most as many as its host has OCPUs",
    ),
    memoryMb: whole(1024, 524288, "Memory, in MB; with placement oci in whole GB.", "MB"),
    // 10 GB: Talos system requirements.
    diskGb: whole(
      10,
      32768,
      "System disk, in GB; with placement oci the boot volume, of at least 50.",
      "GB; Talos needs at least 10",
    ),
    host: pattern(
      /^.+$/,
      63,
      "Host it runs on. Without it topology/ chooses, and may choose otherwise when hosts come or go.",
      "the name of one of the hosts",
    ).optional(),
    ...nodeExtras,
  }),
  "One Talos machine.",
  "an object with name, role, vcpus, memoryMb and diskGb",
);

const compartment = field(
  z.union([
    z.strictObject({
      create: pattern(
        /^[A-Za-z0-9._-]+$/,
        100,
        "Name of a compartment to create under the tenancy.",
        "1 to 100 letters, digits, dots, hyphens and underscores",
      ),
      onDestroy: field(
        z.enum(["keep", "delete"]),
        "What a destroy does with it: keep the empty compartment, which costs nothing and is taken up again by the next deploy; or delete it, which takes Oracle 30 to 180 minutes, and as long as it takes no deploy can make one of the same name. Without it keep.",
        '"keep" or "delete"',
      ).optional(),
    }),
    z.strictObject({
      id: pattern(
        /^ocid1\.(compartment|tenancy)\.[a-z0-9-]+\.[a-z0-9-]*\.[a-z0-9]+$/,
        255,
        "OCID of an existing compartment, or of the tenancy.",
        "an OCID such as ocid1.compartment.oc1..aaaa",
      ),
    }),
  ]),
  'Where everything is created: `{ create: NAME }` makes a compartment, `{ id: OCID }` uses one. A destroy keeps both, but for `{ create: NAME, onDestroy: "delete" }`.',
  "{ create: NAME } or { id: OCID }",
);

const ociSchema = field(
  z.strictObject({
    region: pattern(
      /^[a-z]{2,3}(-[a-z]+)+-[1-9]$/,
      40,
      "Region of the lab. Always Free compute exists only in the home region of the account.",
      "a region identifier such as eu-frankfurt-1",
    ),
    homeRegion: pattern(
      /^[a-z]{2,3}(-[a-z]+)+-[1-9]$/,
      40,
      "Home region of the account, where budget and quota live.",
      "a region identifier such as eu-frankfurt-1",
    ),
    auth: field(
      z.enum(["profile", "security-token", "environment", "instance-principal"]),
      "How to sign in: by the API key of a profile of ~/.oci/config; by a session there, of `oci session authenticate`; by TF_VAR_tenancy_ocid, TF_VAR_user_ocid, TF_VAR_fingerprint and TF_VAR_private_key or TF_VAR_private_key_path; or as the instance that this runs on, with TF_VAR_tenancy_ocid.",
      '"profile", "security-token", "environment" or "instance-principal"',
    ),
    profile: pattern(
      /^[A-Za-z0-9._-]+$/,
      64,
      'Profile in ~/.oci/config, of auth "profile" and "security-token".',
      "1 to 64 letters, digits, dots, hyphens and underscores",
    ),
    availabilityDomain: field(
      z.literal([1, 2, 3]),
      "Number of the availability domain. Many regions have one only.",
      "1, 2 or 3",
    ),
    spreadHosts: flag(
      "Give hosts without a faultDomain of their own one by their number, so that hardware that fails takes as few hosts as can be. A launch then goes there or nowhere: `Out of host capacity` is likelier.",
    ),
    compartment,
    talosImageId: pattern(
      /^ocid1\.image\.[a-z0-9-]+\.[a-z0-9-]*\.[a-z0-9]+$/,
      255,
      "OCID of a Talos image that was imported by hand, for placement oci: [Talos on the instances](talos-on-oci.md). Without it the lab imports one of versions.talos.",
      "the OCID of an image, such as ocid1.image.oc1.eu-frankfurt-1.aaaa",
    ).optional(),
    budget: field(
      z.strictObject({
        amount: whole(1, 1_000_000, "Monthly budget in the account's currency; OCI takes whole numbers only."),
        email: field(
          z.email().max(255),
          "Who is mailed when anything is charged. Without it nobody is.",
          "an email address",
        ).optional(),
      }),
      "Alert at the first cent that is charged in the tenancy. It mails `email`, and without it nobody; Oracle evaluates budgets about once a day. It only mails; the compute quota refuses.",
      "an object with amount, and email for the alert",
    ),
  }),
  "The Oracle Cloud account and where in it the lab stands; null on hosts of your own.",
  "an object with region, and more if wanted",
);

const networkSchema = field(
  z.strictObject({
    // OCI: a VCN is /16 to /30 (VCN documentation); the planned addresses need /26.
    vcn: privateNetwork(16, 26, "The VCN."),
    subnet: privateNetwork(16, 26, "The one public subnet, inside the VCN: hosts, micro and load balancer."),
    guests: privateNetwork(16, 26, "The virtual machines' network, made by Proxmox VE; apart from the VCN."),
    pods: privateNetwork(8, 23, "Pod addresses; every node takes a /24 of them."),
    // kube-apiserver: a service network has at most 20 host bits.
    services: privateNetwork(12, 24, "Service addresses."),
  }),
  "IPv4 networks; none may overlap another.",
  "an object with vcn, subnet, guests, pods and services",
);

const accessSchema = field(
  z.strictObject({
    // 50: an OCI network security group holds 120 rules, and each network takes one in each of two groups.
    adminCidrs: field(
      z.array(adminNetwork("One network that may reach the lab.")).max(50),
      "Networks that may reach SSH of the hosts (with placement oci Talos's API) and the Kubernetes API server: your public address as /32.",
      'a list of 1 to 50 IPv4 networks, such as ["203.0.113.7/32"]',
    ),
    allowAnywhere: flag("Accept admin networks larger than a /8, such as 0.0.0.0/0: the whole Internet."),
    basePort: whole(
      1024,
      56336,
      "First of the loopback ports of the tunnels; in the sandbox a lab that names none takes free ones. +0 API server, + number hosts, +100 control planes, +200 workers, +9000 SSH, +9100 their API servers.",
      "unprivileged, and the last tunnel's port stays under 65536",
    ),
  }),
  "Who may reach the lab, and the local ends of the tunnels.",
  "an object with adminCidrs, and more if wanted",
);

const versionsSchema = field(
  z.strictObject({
    proxmox: pattern(
      /^9\.(0|[1-9]\d?)(\.(0|[1-9]\d?))?$/,
      12,
      "Proxmox VE, in the hosts' image; arm64 is official since 9.2. Another one replaces the hosts' disks, with all that is on them.",
      "a 9.x version such as 9.2",
    ),
    talos: pattern(
      /^1\.1[2-4]\.(0|[1-9]\d?)(-(alpha|beta|rc)\.(0|[1-9]\d?))?$/,
      20,
      "Talos Linux that machines are made with. Another one upgrades none that exist: `lab upgrade talos` does.",
      "a full version of 1.12, 1.13 or 1.14, such as 1.14.1",
    ),
    kubernetes: pattern(
      /^1\.(0|[1-9]\d?)\.(0|[1-9]\d?)$/,
      12,
      "Kubernetes; each Talos runs a range of it. Another one restarts it on all machines at once; one minor version at a time.",
      "a full version that this Talos runs, such as 1.37.2",
    ),
  }),
  "Versions of what runs in the lab.",
  "an object with proxmox, talos and kubernetes",
);

const kubernetesSchema = field(
  z.strictObject({
    placement: field(
      z.enum(["proxmox", "oci"]),
      "Where Talos runs: in virtual machines of the hosts, or straight on the instances, which then are the nodes.",
      '"proxmox" or "oci"',
    ),
    allowSchedulingOnControlPlanes: flag(
      "Let control planes run any pod, as Talos's option of this name does. Without workers it has to be true.",
    ),
    cni,
    discoveryService: flag(
      "Let machines find each other by discovery.talos.dev, which sees addresses, and encrypted data under a hash of the cluster. Without it `talosctl get members` is empty; the cluster needs neither.",
    ),
    nodes: field(
      z.array(nodeSchema).min(1).max(8_000),
      "The cluster's machines: 1, 3 or 5 control planes, and workers.",
      "a list of 1 to 8000 nodes, with 1, 3 or 5 control planes among them",
    ),
    inlineManifests,
  }),
  "The Kubernetes cluster.",
  "an object with placement, allowSchedulingOnControlPlanes, cni, discoveryService and nodes",
);

const imagesSchema = field(
  z.strictObject({
    format: field(
      z.enum(["qcow2", "vmdk"]),
      "Disk format that the Talos image of placement oci is imported in. Try vmdk where an instance ends in the UEFI shell: [which boots is disputed](talos-on-oci.md#the-image). Another one imports another image, and replaces no machine that exists.",
      '"qcow2" or "vmdk"',
    ),
  }),
  "How images are imported.",
  "an object with format",
);

const tagsSchema = field(
  // 8: OCI takes 10 free-form tags a resource, and the lab adds its own.
  z
    .record(
      // OCI, "Limits on Tags". The lab finds what is its own by `lab`.
      field(
        z.string().regex(/^(?!lab$)[!-\-/-~]{1,100}$/i),
        "Tag key.",
        'printable ASCII, at most 100, no space, no dot, not "lab"',
      ),
      field(z.string().max(256), "Tag value.", "text of at most 256 characters"),
    )
    // OCI takes keys that differ in case alone for one.
    .refine((tags) => new Set(Object.keys(tags).map((key) => key.toLowerCase())).size === Object.keys(tags).length)
    .refine((tags) => Object.keys(tags).length <= 8),
  "Free-form tags on every OCI resource, beside the lab's own.",
  'at most 8 tags: keys of printable ASCII, at most 100, no space, no dot, none twice in other case, not "lab" (the lab\'s own); values of at most 256 characters',
);

const transforms = (stack: string) =>
  field(
    z.custom<object>(isPlain),
    `Of stack ${stack}.`,
    "an object of constructs, each an object of transforms (docs/extending.md)",
  ).optional();

const transformSchema = field(
  z.strictObject({ oci: transforms("oci"), proxmox: transforms("proxmox"), talos: transforms("talos") }),
  "Other arguments for resources of the lab, by stack, construct and name: [extending](extending.md).",
  "an object with oci, proxmox and talos, each optional",
);

/** Which lab it is of, lab.ts says: config/ knows no stack. */
type Extension = (lab: never) => void;

/** Every field but the preset. */
const fields = {
  // 15: the Proxmox VE cluster has the lab's name (PVE API, POST /cluster/config, clustername).
  name: pattern(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    15,
    "Name of the lab: prefix of what it creates, name of both clusters, part of host names.",
    "lower-case letters, digits and hyphens, at most 15, starting with a letter",
  ),
  tags: tagsSchema,
  allowPaid: flag("Let the lab use more than Always Free gives. It then costs money."),
  oci: ociSchema.nullable(),
  proxmox: existingSchema.nullable(),
  network: networkSchema,
  access: accessSchema,
  hosts: field(
    z.array(hostSchema).max(32),
    "The Proxmox VE hosts that the lab makes; none where Talos runs on the instances themselves, or on hosts of your own.",
    "a list of 1 to 32 hosts",
  ),
  micro: microSchema.nullable(),
  virtualization: field(
    z.enum(["tcg", "kvm"]),
    "How guests run. A1 instances have no /dev/kvm, so it is emulation: slow, for learning. On hosts of your own kvm, where they have it.",
    '"tcg" (OCI\'s A1 instances have no /dev/kvm: guests run under emulation), or "kvm" on hosts of your own',
  ),
  kubernetes: kubernetesSchema,
  talos: talosSchema,
  versions: versionsSchema,
  images: imagesSchema,
  state: stateSchema,
  transform: transformSchema.optional(),
  extend: field(
    z.custom<Extension>((value) => typeof value === "function"),
    "Is called with the lab once it is built, to add to it: [extending](extending.md).",
    "a function of the lab",
  ).optional(),
};

/** All of a config, as it is once the preset is under it. */
export const labSchema = field(
  z.strictObject({
    preset: field(
      z.enum(PRESET_NAMES),
      "The lab to start from; whatever else the config says goes over it.",
      quotedList(PRESET_NAMES),
    ),
    ...fields,
  }),
  "The lab.",
  "a plain object as in docs/config.md",
);

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends (...given: never[]) => unknown
    ? T
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
      : T;

/** A lab, complete and checked. */
export type LabConfig = DeepReadonly<z.infer<typeof labSchema>>;
/** A lab in an account of Oracle Cloud. */
export type CloudConfig = LabConfig & { readonly oci: OciConfig };
/** A lab on Proxmox VE hosts that are there already. */
export type HomeConfig = LabConfig & { readonly proxmox: ExistingConfig };
/** The account, as configured. */
export type OciConfig = NonNullable<LabConfig["oci"]>;
/** Hosts that are there already, as configured. */
export type ExistingConfig = NonNullable<LabConfig["proxmox"]>;
/** A host, as configured. */
export type HostConfig = LabConfig["hosts"][number];
/** A node, as configured. */
export type NodeConfig = LabConfig["kubernetes"]["nodes"][number];
/** What a node does. */
export type NodeRole = NodeConfig["role"];
/** What a preset may set. Not derived from `LabConfig`, which has the presets' names. */
export type PresetFields = DeepReadonly<z.infer<z.ZodObject<typeof fields>>>;
/** Where state is kept. */
export type StateConfig = LabConfig["state"];
