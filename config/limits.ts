/** What Oracle gives for nothing. One line a limit, each with its source; checked against them on LIMITS_AS_OF. */

/** When they were last held against their sources. */
export const LIMITS_AS_OF = "2026-09-17";

/** Compute shrank on this day, from 4 OCPU and 24 GB; instances over the limit are terminated since 2026-08-18. */
export const LIMITS_SINCE = "2026-06-15";

/** One Always Free limit. */
export interface Limit {
  readonly label: string;
  /** Empty where things are counted. */
  readonly unit: string;
  readonly allowed: number;
  /** `total`: the sum of all uses may be at most `allowed`. `each at least`: every single use must reach it. */
  readonly rule: "total" | "each at least";
  /** What to change in the lab when it is crossed. */
  readonly advice: string;
  readonly source: string;
}

const DOCS = "Oracle, Always Free Resources";
const COMPUTE = `${DOCS} (since ${LIMITS_SINCE}; quoted in ripienaar/free-for-dev#4476, robhunter/agentdeals#1733)`;
const VOLUMES = `${DOCS} (quoted in robhunter/agentdeals#1733)`;
const QUOTED = `${DOCS} (as kept by syscode-labs/oci-free-tier-manager 0515970, 2026-07-20)`;

const limit = (
  label: string,
  unit: string,
  allowed: number,
  source: string,
  advice: string,
  rule: Limit["rule"] = "total",
): Limit => ({ label, unit, allowed, source, advice, rule });

/** Per tenancy, in its home region. Hours of compute are a month's 1,500 OCPU-hours and 9,000 GB-hours: 2 and 12. */
export const LIMITS = {
  a1Ocpus: limit("A1 OCPUs", "OCPU", 2, COMPUTE, "give hosts[].ocpus a sum of at most 2"),
  a1MemoryGb: limit("A1 memory", "GB", 12, COMPUTE, "give hosts[].memoryGb a sum of at most 12"),
  a1Instances: limit("A1 instances", "", 2, COMPUTE, "have at most 2 hosts"),
  microInstances: limit("E2.1.Micro instances", "", 2, VOLUMES, "have at most 2 micros"),
  otherInstances: limit("other instances", "", 0, COMPUTE, "use VM.Standard.A1.Flex or VM.Standard.E2.1.Micro"),
  volumeGb: limit(
    "boot and block volumes",
    "GB",
    200,
    VOLUMES,
    "give hosts[].bootVolumeGb and micro.bootVolumeGb a sum of at most 200",
  ),
  volumeMinimumGb: limit(
    "smallest volume",
    "GB",
    50,
    "oracle/terraform-provider-oci 8.28.0, core_instance documentation",
    "make every volume at least 50 GB",
    "each at least",
  ),
  volumeBackups: limit(
    "volume backups",
    "",
    5,
    `${DOCS} (quoted in GlorifiedTypist/k3s-oracle-cloud-free-tier#7)`,
    "keep at most 5 backups, boot and block volumes together",
  ),
  // No source says whether custom images share the 20 GB, so the guard counts object and imported image.
  objectStorageGb: limit(
    "object storage and images",
    "GB",
    20,
    QUOTED,
    "delete old images and objects: npx lab images prune",
  ),
  networkLoadBalancers: limit("network load balancers", "", 1, QUOTED, "have one network load balancer"),
  flexibleLoadBalancers: limit("flexible load balancers", "", 1, QUOTED, "have one flexible load balancer"),
  flexibleLoadBalancerMbps: limit(
    "flexible load balancer bandwidth",
    "Mbps",
    10,
    QUOTED,
    "give the flexible load balancer a minimum and a maximum of 10 Mbps",
  ),
  vcns: limit("VCNs", "", 2, QUOTED, "have at most 2 VCNs"),
  natGateways: limit(
    "NAT gateways",
    "",
    0,
    "limit of accounts without an upgrade (oracle-quickstart/oci-cloudnative#31, bkk87/oci-nextcloud-docker#1)",
    "use public addresses and the internet gateway",
  ),
  serviceGateways: limit(
    "service gateways",
    "",
    0,
    "limit of accounts without an upgrade (oracle-quickstart/oci-cloudnative#31, bkk87/oci-nextcloud-docker#1)",
    "reach Oracle's services through the internet gateway",
  ),
  reservedPublicIps: limit("reserved public IPs", "", 2, QUOTED, "use ephemeral public addresses"),
  egressTb: limit("egress a month", "TB", 10, QUOTED, "send less out of the region"),
} as const satisfies Readonly<Record<string, Limit>>;

/** Names of the Always Free limits. */
export type LimitName = keyof typeof LIMITS;
