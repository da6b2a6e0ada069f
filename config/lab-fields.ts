/** Every field of a lab with its meaning. Written by `npm run docs` from config/schema.ts: change that. */

/** A lab, complete. */
export interface LabFields {
  /**
   * The lab to start from; whatever else the config says goes over it.
   *
   * Allowed: "free", "free-pair", "payg", "direct", "direct-pair" or "homelab".
   */
  readonly preset: "free" | "free-pair" | "payg" | "direct" | "direct-pair" | "homelab";
  /**
   * Name of the lab: prefix of what it creates, name of both clusters, part of host names.
   *
   * Allowed: lower-case letters, digits and hyphens, at most 15, starting with a letter.
   */
  readonly name: string;
  /**
   * Free-form tags on every OCI resource, beside the lab's own.
   *
   * Allowed: at most 8 tags: keys of printable ASCII, at most 100, no space, no dot, none twice in other case, not "lab" (the lab's own); values of at most 256 characters.
   */
  readonly tags: Readonly<Record<string, string>>;
  /**
   * Let the lab use more than Always Free gives. It then costs money.
   *
   * Allowed: true or false.
   */
  readonly allowPaid: boolean;
  /**
   * The Oracle Cloud account and where in it the lab stands; null on hosts of your own.
   *
   * Allowed: an object with region, and more if wanted.
   */
  readonly oci: {
    /**
     * Region of the lab. Always Free compute exists only in the home region of the account.
     *
     * Allowed: a region identifier such as eu-frankfurt-1.
     */
    readonly region: string;
    /**
     * Home region of the account, where budget and quota live.
     *
     * Allowed: a region identifier such as eu-frankfurt-1.
     */
    readonly homeRegion: string;
    /**
     * How to sign in: by the API key of a profile of ~/.oci/config; by a session there, of `oci session authenticate`; by TF_VAR_tenancy_ocid, TF_VAR_user_ocid, TF_VAR_fingerprint and TF_VAR_private_key or TF_VAR_private_key_path; or as the instance that this runs on, with TF_VAR_tenancy_ocid.
     *
     * Allowed: "profile", "security-token", "environment" or "instance-principal".
     */
    readonly auth: "profile" | "security-token" | "environment" | "instance-principal";
    /**
     * Profile in ~/.oci/config, of auth "profile" and "security-token".
     *
     * Allowed: 1 to 64 letters, digits, dots, hyphens and underscores.
     */
    readonly profile: string;
    /**
     * Number of the availability domain. Many regions have one only.
     *
     * Allowed: 1, 2 or 3.
     */
    readonly availabilityDomain: 1 | 2 | 3;
    /**
     * Give hosts without a faultDomain of their own one by their number, so that hardware that fails takes as few hosts as can be. A launch then goes there or nowhere: `Out of host capacity` is likelier.
     *
     * Allowed: true or false.
     */
    readonly spreadHosts: boolean;
    /**
     * Where everything is created: `{ create: NAME }` makes a compartment, `{ id: OCID }` uses one. A destroy keeps both, but for `{ create: NAME, onDestroy: "delete" }`.
     *
     * Allowed: { create: NAME } or { id: OCID }.
     */
    readonly compartment: {
      /**
       * Name of a compartment to create under the tenancy.
       *
       * Allowed: 1 to 100 letters, digits, dots, hyphens and underscores.
       */
      readonly create: string;
      /**
       * What a destroy does with it: keep the empty compartment, which costs nothing and is taken up again by the next deploy; or delete it, which takes Oracle 30 to 180 minutes, and as long as it takes no deploy can make one of the same name. Without it keep.
       *
       * Allowed: "keep" or "delete".
       */
      readonly onDestroy?: "keep" | "delete" | undefined;
    } | {
      /**
       * OCID of an existing compartment, or of the tenancy.
       *
       * Allowed: an OCID such as ocid1.compartment.oc1..aaaa.
       */
      readonly id: string;
    };
    /**
     * OCID of a Talos image that was imported by hand, for placement oci: Talos on the instances. Without it the lab imports one of versions.talos.
     *
     * Allowed: the OCID of an image, such as ocid1.image.oc1.eu-frankfurt-1.aaaa.
     */
    readonly talosImageId?: string | undefined;
    /**
     * Alert at the first cent that is charged in the tenancy. It mails `email`, and without it nobody; Oracle evaluates budgets about once a day. It only mails; the compute quota refuses.
     *
     * Allowed: an object with amount, and email for the alert.
     */
    readonly budget: {
      /**
       * Monthly budget in the account's currency; OCI takes whole numbers only.
       *
       * Allowed: 1 to 1000000.
       */
      readonly amount: number;
      /**
       * Who is mailed when anything is charged. Without it nobody is.
       *
       * Allowed: an email address.
       */
      readonly email?: string | undefined;
    };
  } | null;
  /**
   * Proxmox VE hosts of your own, instead of an account: preset homelab. The lab makes a pool, templates and guests there, and touches nothing that it has not made.
   *
   * Allowed: null, or an object with hosts: "existing", api, nodes, vmIds and network.
   */
  readonly proxmox: {
    /**
     * That the hosts are there already.
     *
     * Allowed: "existing".
     */
    readonly hosts: "existing";
    /**
     * Where the API of the hosts is. It is one for all nodes of a cluster.
     *
     * Allowed: an object with address and fingerprint, and more if wanted.
     */
    readonly api: {
      /**
       * Address of one of the nodes.
       *
       * Allowed: an IPv4 address such as 192.168.1.10.
       */
      readonly address: string;
      /**
       * Port of its API.
       *
       * Allowed: 1 to 65535.
       */
      readonly port: number;
      /**
       * SHA-256 fingerprint of its certificate, as `pvenode cert info` prints it: nobody else is spoken to.
       *
       * Allowed: 32 bytes in capital hexadecimal with colons, such as AB:CD:….
       */
      readonly fingerprint: string;
      /**
       * SSH destination to go through, as ssh takes it: by your own keys, configuration and known hosts. Without it directly.
       *
       * Allowed: USER@HOST, or a Host of ~/.ssh/config.
       */
      readonly jump?: string | undefined;
      /**
       * How to sign in: by the API token, or by the password of root@pam, of `npx lab secrets proxmox`.
       *
       * Allowed: "token" or "password".
       */
      readonly auth: "token" | "password";
    };
    /**
     * The nodes that guests may run on: one host, or some of one cluster.
     *
     * Allowed: a list of 1 to 32 nodes.
     */
    readonly nodes: readonly ({
      /**
       * Name of the node, as Proxmox VE has it.
       *
       * Allowed: letters, digits and hyphens.
       */
      readonly name: string;
      /**
       * What its processor is, and so what its guests are: `lab doctor` compares.
       *
       * Allowed: "x86_64" or "arm64".
       */
      readonly architecture: "x86_64" | "arm64";
      /**
       * Fixes the VM id of its template, counted from the last of vmIds. Without it its place in the list.
       *
       * Allowed: 1 to 32.
       */
      readonly number?: number | undefined;
    })[];
    /**
     * Storage of the guests' disks, on every node.
     *
     * Allowed: the id of a storage, such as local-lvm.
     */
    readonly storage: string;
    /**
     * Storage of the Talos image, on every node; it has to take content `import`.
     *
     * Allowed: the id of a storage, such as local-lvm.
     */
    readonly imageStorage: string;
    /**
     * VM ids that nobody else has. From the first on control planes, from the eleventh on workers, from the last downwards templates.
     *
     * Allowed: an object with from and to.
     */
    readonly vmIds: {
      /**
       * The first: that of control plane 1.
       *
       * Allowed: 100 to 999999999.
       */
      readonly from: number;
      /**
       * The last: that of node 1's template.
       *
       * Allowed: 100 to 999999999.
       */
      readonly to: number;
    };
    /**
     * The network of the guests.
     *
     * Allowed: an object with cidr, gateway, addresses and vip, and more if wanted.
     */
    readonly network: {
      /**
       * Bridge of the guests on every node, or a vnet of an SDN that is there.
       *
       * Allowed: the name of a bridge or vnet, such as vmbr0.
       */
      readonly bridge: string;
      /**
       * VLAN tag of the guests. Without it none.
       *
       * Allowed: 1 to 4094.
       */
      readonly vlan?: number | undefined;
      /**
       * The network that the bridge is in, in which the guests get addresses.
       *
       * Allowed: a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of /8 to /28, written with its first address.
       */
      readonly cidr: string;
      /**
       * Its router.
       *
       * Allowed: an IPv4 address such as 192.168.1.10.
       */
      readonly gateway: string;
      /**
       * Resolvers of the guests.
       *
       * Allowed: a list of 1 to 3 IPv4 addresses.
       */
      readonly resolvers: readonly (string)[];
      /**
       * Addresses that nobody else has and no router gives out: the first ten are the control planes', the rest the workers'.
       *
       * Allowed: an object with from and to.
       */
      readonly addresses: {
        /**
         * The first: that of control plane 1.
         *
         * Allowed: an IPv4 address such as 192.168.1.10.
         */
        readonly from: string;
        /**
         * The last.
         *
         * Allowed: an IPv4 address such as 192.168.1.10.
         */
        readonly to: string;
      };
      /**
       * Address that the control planes share, in the network and not among addresses: that of Kubernetes' API.
       *
       * Allowed: an IPv4 address such as 192.168.1.10.
       */
      readonly vip: string;
    };
  } | null;
  /**
   * IPv4 networks; none may overlap another.
   *
   * Allowed: an object with vcn, subnet, guests, pods and services.
   */
  readonly network: {
    /**
     * The VCN.
     *
     * Allowed: a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of /16 to /26, written with its first address.
     */
    readonly vcn: string;
    /**
     * The one public subnet, inside the VCN: hosts, micro and load balancer.
     *
     * Allowed: a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of /16 to /26, written with its first address.
     */
    readonly subnet: string;
    /**
     * The virtual machines' network, made by Proxmox VE; apart from the VCN.
     *
     * Allowed: a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of /16 to /26, written with its first address.
     */
    readonly guests: string;
    /**
     * Pod addresses; every node takes a /24 of them.
     *
     * Allowed: a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of /8 to /23, written with its first address.
     */
    readonly pods: string;
    /**
     * Service addresses.
     *
     * Allowed: a private IPv4 network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of /12 to /24, written with its first address.
     */
    readonly services: string;
  };
  /**
   * Who may reach the lab, and the local ends of the tunnels.
   *
   * Allowed: an object with adminCidrs, and more if wanted.
   */
  readonly access: {
    /**
     * Networks that may reach SSH of the hosts (with placement oci Talos's API) and the Kubernetes API server: your public address as /32.
     *
     * Allowed: a list of 1 to 50 IPv4 networks, such as ["203.0.113.7/32"].
     */
    readonly adminCidrs: readonly (string)[];
    /**
     * Accept admin networks larger than a /8, such as 0.0.0.0/0: the whole Internet.
     *
     * Allowed: true or false.
     */
    readonly allowAnywhere: boolean;
    /**
     * First of the loopback ports of the tunnels; in the sandbox a lab that names none takes free ones. +0 API server, + number hosts, +100 control planes, +200 workers, +9000 SSH, +9100 their API servers.
     *
     * Allowed: 1024 to 56336 (unprivileged, and the last tunnel's port stays under 65536).
     */
    readonly basePort: number;
  };
  /**
   * The Proxmox VE hosts that the lab makes; none where Talos runs on the instances themselves, or on hosts of your own.
   *
   * Allowed: a list of 1 to 32 hosts.
   */
  readonly hosts: readonly ({
    /**
     * Host name, and the Proxmox VE node's name. Its number fixes its address and ports.
     *
     * Allowed: lower-case letters, digits and hyphens, at most 63, ending in a hyphen and a number, such as pve-1.
     */
    readonly name: string;
    /**
     * OCPUs of the VM.Standard.A1.Flex instance; on A1 one OCPU is one core and one vCPU.
     *
     * Allowed: 1 to 80.
     */
    readonly ocpus: number;
    /**
     * Memory of the instance, in GB.
     *
     * Allowed: 4 to 512 (GB; Proxmox VE itself takes 1.5 to 2 of them).
     */
    readonly memoryGb: number;
    /**
     * Boot volume, in GB; the virtual machines live in what the system leaves of it.
     *
     * Allowed: 50 to 32768 (GB; every OCI volume is at least 50 GB).
     */
    readonly bootVolumeGb: number;
    /**
     * Fault domain: hardware that fails together. Without it Oracle chooses one that has room, unless oci.spreadHosts says otherwise.
     *
     * Allowed: 1, 2 or 3.
     */
    readonly faultDomain?: 1 | 2 | 3 | undefined;
  })[];
  /**
   * An x86 VM.Standard.E2.1.Micro as QDevice: the third vote of a cluster of two hosts. null means none.
   *
   * Allowed: null or an object with name and bootVolumeGb.
   */
  readonly micro: {
    /**
     * Name of the instance.
     *
     * Allowed: lower-case letters, digits and hyphens, at most 63, ending in a hyphen and a number, such as qdevice-1.
     */
    readonly name: string;
    /**
     * Boot volume, in GB.
     *
     * Allowed: 50 to 32768 (GB; every OCI volume is at least 50 GB).
     */
    readonly bootVolumeGb: number;
    /**
     * Availability domain. Where a region has several, only one has this shape: `lab doctor` finds out which. Without it oci.availabilityDomain.
     *
     * Allowed: 1, 2 or 3.
     */
    readonly availabilityDomain?: 1 | 2 | 3 | undefined;
    /**
     * Fault domain: hardware that fails together. Without it Oracle chooses one that has room; with oci.spreadHosts it is 3.
     *
     * Allowed: 1, 2 or 3.
     */
    readonly faultDomain?: 1 | 2 | 3 | undefined;
  } | null;
  /**
   * How guests run. A1 instances have no /dev/kvm, so it is emulation: slow, for learning. On hosts of your own kvm, where they have it.
   *
   * Allowed: "tcg" (OCI's A1 instances have no /dev/kvm: guests run under emulation), or "kvm" on hosts of your own.
   */
  readonly virtualization: "tcg" | "kvm";
  /**
   * The Kubernetes cluster.
   *
   * Allowed: an object with placement, allowSchedulingOnControlPlanes, cni, discoveryService and nodes.
   */
  readonly kubernetes: {
    /**
     * Where Talos runs: in virtual machines of the hosts, or straight on the instances, which then are the nodes.
     *
     * Allowed: "proxmox" or "oci".
     */
    readonly placement: "proxmox" | "oci";
    /**
     * Let control planes run any pod, as Talos's option of this name does. Without workers it has to be true.
     *
     * Allowed: true or false.
     */
    readonly allowSchedulingOnControlPlanes: boolean;
    /**
     * Network plugin: Talos's flannel; Cilium, which replaces kube-proxy; or none, for one that you install: nodes are not Ready until then, and a deploy does not wait for that. For a new cluster: Talos and Kubernetes of your own.
     *
     * Allowed: "flannel", "cilium" or "none".
     */
    readonly cni: "flannel" | "cilium" | "none";
    /**
     * Let machines find each other by discovery.talos.dev, which sees addresses, and encrypted data under a hash of the cluster. Without it `talosctl get members` is empty; the cluster needs neither.
     *
     * Allowed: true or false.
     */
    readonly discoveryService: boolean;
    /**
     * The cluster's machines: 1, 3 or 5 control planes, and workers.
     *
     * Allowed: a list of 1 to 8000 nodes, with 1, 3 or 5 control planes among them.
     */
    readonly nodes: readonly ({
      /**
       * Node name. Its number fixes its address, VM id, MAC and port.
       *
       * Allowed: lower-case letters, digits and hyphens, at most 63, ending in a hyphen and a number, such as worker-1.
       */
      readonly name: string;
      /**
       * What the node does.
       *
       * Allowed: "control-plane" or "worker".
       */
      readonly role: "control-plane" | "worker";
      /**
       * Virtual CPUs, at most as many as its host has; with placement oci the instance's OCPUs.
       *
       * Allowed: 1 to 80 (at most as many as its host has OCPUs).
       */
      readonly vcpus: number;
      /**
       * Memory, in MB; with placement oci in whole GB.
       *
       * Allowed: 1024 to 524288 (MB).
       */
      readonly memoryMb: number;
      /**
       * System disk, in GB; with placement oci the boot volume, of at least 50.
       *
       * Allowed: 10 to 32768 (GB; Talos needs at least 10).
       */
      readonly diskGb: number;
      /**
       * Host it runs on. Without it topology/ chooses, and may choose otherwise when hosts come or go.
       *
       * Allowed: the name of one of the hosts.
       */
      readonly host?: string | undefined;
      /**
       * Labels of the Kubernetes node.
       *
       * Allowed: an object of labels, such as { "example.org/disk": "fast" }.
       */
      readonly labels?: Readonly<Record<string, string>> | undefined;
      /**
       * Taints that the Kubernetes node joins with; of one that has joined no kubelet may change them.
       *
       * Allowed: an object of taints, such as { "example.org/for": "builds:NoSchedule" }.
       */
      readonly taints?: Readonly<Record<string, string>> | undefined;
      /**
       * User volumes on the system disk, by name, at /var/mnt/NAME: for local storage. Only a machine that boots for the first time makes room for them.
       *
       * Allowed: an object of sizes in GiB, such as { data: 20 }.
       */
      readonly volumes?: Readonly<Record<string, number>> | undefined;
    })[];
    /**
     * Manifests that Talos applies when the cluster is bootstrapped, and again whatever of them is missing when a control plane starts.
     *
     * Allowed: an object of YAML texts, by name.
     */
    readonly inlineManifests?: Readonly<Record<string, string>> | undefined;
  };
  /**
   * Talos on every machine: Talos and Kubernetes of your own.
   *
   * Allowed: an object with extensions, kernelArgs and patches.
   */
  readonly talos: {
    /**
     * Official system extensions of the image, beside the lab's own. Machines that exist get them by `talosctl upgrade`.
     *
     * Allowed: a list such as ["siderolabs/iscsi-tools", "siderolabs/util-linux-tools"].
     */
    readonly extensions: readonly (string)[];
    /**
     * Kernel arguments of the image, beside the lab's own. Machines that exist get them by `talosctl upgrade`.
     *
     * Allowed: a list such as ["net.ifnames=0"].
     */
    readonly kernelArgs: readonly (string)[];
    /**
     * Patches of the machine configurations, laid over the lab's own in this order.
     *
     * Allowed: a list of patches.
     */
    readonly patches: readonly ({
      /**
       * Machines it is for. Without it all.
       *
       * Allowed: "control-planes", "workers" or a list of node names.
       */
      readonly for?: "control-planes" | "workers" | readonly (string)[] | undefined;
      /**
       * Strategic-merge patch: part of the machine configuration, or with `kind` a document of its own.
       *
       * Allowed: a plain object, such as { machine: { sysctls: { "vm.max_map_count": "262144" } } }.
       */
      readonly patch: Readonly<Record<string, unknown>>;
    })[];
  };
  /**
   * Versions of what runs in the lab.
   *
   * Allowed: an object with proxmox, talos and kubernetes.
   */
  readonly versions: {
    /**
     * Proxmox VE, in the hosts' image; arm64 is official since 9.2. Another one replaces the hosts' disks, with all that is on them.
     *
     * Allowed: a 9.x version such as 9.2.
     */
    readonly proxmox: string;
    /**
     * Talos Linux that machines are made with. Another one upgrades none that exist: `lab upgrade talos` does.
     *
     * Allowed: a full version of 1.12, 1.13 or 1.14, such as 1.14.1.
     */
    readonly talos: string;
    /**
     * Kubernetes; each Talos runs a range of it. Another one restarts it on all machines at once; one minor version at a time.
     *
     * Allowed: a full version that this Talos runs, such as 1.37.2.
     */
    readonly kubernetes: string;
  };
  /**
   * How images are imported.
   *
   * Allowed: an object with format.
   */
  readonly images: {
    /**
     * Disk format that the Talos image of placement oci is imported in. Try vmdk where an instance ends in the UEFI shell: which boots is disputed. Another one imports another image, and replaces no machine that exists.
     *
     * Allowed: "qcow2" or "vmdk".
     */
    readonly format: "qcow2" | "vmdk";
  };
  /**
   * Terraform state. `npx lab state migrate` moves it after a change here.
   *
   * Allowed: an object with backend, and what that backend takes.
   */
  readonly state: {
    /**
     * Where Terraform state lives; docs/state.md says which to take.
     *
     * Allowed: "local", "oci" (Terraform 1.12 or newer) or "s3" (OpenTofu or Terraform, 1.10 or newer).
     */
    readonly backend: "local";
    /**
     * Have OpenTofu encrypt state and plans, by a passphrase among the lab's secrets; Terraform cannot.
     *
     * Allowed: true or false.
     */
    readonly encryption?: boolean | undefined;
  } | {
    /**
     * Where Terraform state lives; docs/state.md says which to take.
     *
     * Allowed: "local", "oci" (Terraform 1.12 or newer) or "s3" (OpenTofu or Terraform, 1.10 or newer).
     */
    readonly backend: "oci";
    /**
     * The bucket. It has to be there already; turn its versioning on.
     *
     * Allowed: the name of a bucket: letters, digits, hyphens, underscores and periods, not "." or "..".
     */
    readonly bucket: string;
    /**
     * Object Storage namespace of the tenancy: `oci os ns get`.
     *
     * Allowed: letters, digits, hyphens and underscores.
     */
    readonly namespace: string;
    /**
     * Region of the bucket.
     *
     * Allowed: a region identifier such as eu-frankfurt-1.
     */
    readonly region?: string | undefined;
    /**
     * What the objects' names begin with: PREFIX/STACK.tfstate. Labs that share a bucket need one each.
     *
     * Allowed: names of letters, digits, dots, hyphens and underscores, with / between them, none "." or "..".
     */
    readonly prefix?: string | undefined;
  } | {
    /**
     * Where Terraform state lives; docs/state.md says which to take.
     *
     * Allowed: "local", "oci" (Terraform 1.12 or newer) or "s3" (OpenTofu or Terraform, 1.10 or newer).
     */
    readonly backend: "s3";
    /**
     * The bucket. It has to be there already; turn its versioning on.
     *
     * Allowed: the name of a bucket: letters, digits, hyphens, underscores and periods, not "." or "..".
     */
    readonly bucket: string;
    /**
     * Address of the S3-compatible service. OCI: https://NAMESPACE.compat.objectstorage.REGION.oraclecloud.com
     *
     * Allowed: an https:// address without a user, a blank, a query or a fragment (http:// to this machine only).
     */
    readonly endpoint: string;
    /**
     * Region of the bucket.
     *
     * Allowed: a region identifier such as eu-frankfurt-1.
     */
    readonly region: string;
    /**
     * What the objects' names begin with: PREFIX/STACK.tfstate. Labs that share a bucket need one each.
     *
     * Allowed: names of letters, digits, dots, hyphens and underscores, with / between them, none "." or "..".
     */
    readonly prefix?: string | undefined;
    /**
     * Have OpenTofu encrypt state and plans, by a passphrase among the lab's secrets; Terraform cannot.
     *
     * Allowed: true or false.
     */
    readonly encryption?: boolean | undefined;
  };
  /**
   * Other arguments for resources of the lab, by stack, construct and name: extending.
   *
   * Allowed: an object with oci, proxmox and talos, each optional.
   */
  readonly transform?: {
    /**
     * Of stack oci.
     *
     * Allowed: an object of constructs, each an object of transforms (docs/extending.md).
     */
    readonly oci?: object | undefined;
    /**
     * Of stack proxmox.
     *
     * Allowed: an object of constructs, each an object of transforms (docs/extending.md).
     */
    readonly proxmox?: object | undefined;
    /**
     * Of stack talos.
     *
     * Allowed: an object of constructs, each an object of transforms (docs/extending.md).
     */
    readonly talos?: object | undefined;
  } | undefined;
  /**
   * Is called with the lab once it is built, to add to it: extending.
   *
   * Allowed: a function of the lab.
   */
  readonly extend?: ((lab: never) => void) | undefined;
}
