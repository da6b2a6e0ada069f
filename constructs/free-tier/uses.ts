/** What one Terraform resource takes of the Always Free limits. Knows OCI's resources; everything else takes nothing. */
import { Token } from "cdktf";
import type { LimitName } from "../../config/limits.ts";
import { A1_SHAPE, MICRO_SHAPE } from "../../topology/shapes.ts";

/** An amount of one limit. */
interface Amount {
  readonly limit: LimitName;
  readonly amount: number;
}

/** A resource's arguments by their Terraform names, as synthesized. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A type without a line here takes nothing, as far as the guard can see: docs/free-tier.md. */
const USES: Readonly<Record<string, (args: Arguments) => readonly Amount[]>> = {
  oci_core_instance: instance,
  // Another resource defines its instances.
  oci_core_instance_pool: () => unknown("instance_configuration_id"),
  oci_core_volume: blockVolume,
  oci_core_boot_volume: blockVolume,
  oci_core_volume_group: (args) => scheduledBackups(args.backup_policy_id),
  oci_core_volume_backup_policy_assignment: (args) => scheduledBackups(args.policy_id),
  oci_core_volume_backup: () => one("volumeBackups"),
  oci_core_boot_volume_backup: () => one("volumeBackups"),
  oci_core_vcn: () => one("vcns"),
  oci_core_virtual_network: () => one("vcns"),
  oci_core_nat_gateway: () => one("natGateways"),
  oci_core_service_gateway: () => one("serviceGateways"),
  oci_core_public_ip: (args) => (args.lifetime === "EPHEMERAL" ? [] : one("reservedPublicIps")),
  oci_network_load_balancer_network_load_balancer: () => one("networkLoadBalancers"),
  oci_load_balancer_load_balancer: loadBalancer,
  oci_load_balancer: loadBalancer,
};

/** The size of a volume where none is given: the smallest that OCI allows. */
const DEFAULT_VOLUME_GB = 50;

/**
 * The backup policies that every tenancy has: daily for 7 days, weekly for 4 weeks, monthly for 12 months, yearly for 5
 * years (oracle/oci-ansible-modules, oci_volume_backup_policy_facts). Each of them is over the limit with one volume.
 */
const ORACLES_POLICIES: ReadonlyMap<string, number> = new Map([
  ["ocid1.volumebackuppolicy.oc1..aaaaaaaagcremuefit7dpcnjpdrtphjk4bwm3emm55t6cghctt2m6iyyjdva", 7 + 4 + 12 + 5],
  ["ocid1.volumebackuppolicy.oc1..aaaaaaaa7hwv7iscewqqcmyqe2zuzfce6setvckhbxduswtxf6ctew7e54ja", 4 + 12 + 5],
  ["ocid1.volumebackuppolicy.oc1..aaaaaaaadrzfwjb5tflixtmy5axp2kx65uqakgnupfogabzjhtn5x5dfra6q", 12 + 5],
]);

/** The cost depends on an argument that is not known at synth. */
export class UnknownAmount extends Error {
  readonly argument: string;

  constructor(argument: string) {
    super(`${argument} is not known at synth`);
    this.argument = argument;
  }
}

/** Whether a resource of this type takes anything of any limit. */
export function mayCost(type: string): boolean {
  return Object.hasOwn(USES, type);
}

/**
 * @param type such as `oci_core_instance`
 * @throws UnknownAmount where what it costs depends on a value that is not known yet
 */
export function usesOf(type: string, args: Arguments): readonly Amount[] {
  const amounts = USES[type]?.(args) ?? [];
  if (amounts.length === 0) return amounts;
  const copies = "for_each" in args ? unknown("for_each") : number(args, "count", 1);
  return amounts.map(({ limit, amount }) => ({
    limit,
    // Copies do not change the smallest size.
    amount: limit === "volumeMinimumGb" ? amount : amount * copies,
  }));
}

function one(limit: LimitName): readonly Amount[] {
  return [{ limit, amount: 1 }];
}

function instance(args: Arguments): readonly Amount[] {
  const boot = volume(number(part(args, "source_details"), "boot_volume_size_in_gbs", DEFAULT_VOLUME_GB));
  if (isUnknown(args.shape)) return unknown("shape");
  if (args.shape === MICRO_SHAPE) return [...boot, ...one("microInstances")];
  if (args.shape !== A1_SHAPE) return [...boot, ...one("otherInstances")];
  const shape = part(args, "shape_config");
  // What OCI gives an A1 instance without a shape_config: 1 OCPU with 6 GB.
  const ocpus = number(shape, "ocpus", 1);
  const memoryGb = number(shape, "memory_in_gbs", 6);
  return [
    ...boot,
    ...one("a1Instances"),
    { limit: "a1Ocpus", amount: ocpus },
    { limit: "a1MemoryGb", amount: memoryGb },
  ];
}

function volume(gb: number): readonly Amount[] {
  return [
    { limit: "volumeGb", amount: gb },
    { limit: "volumeMinimumGb", amount: gb },
  ];
}

function blockVolume(args: Arguments): readonly Amount[] {
  return [...volume(number(args, "size_in_gbs", DEFAULT_VOLUME_GB)), ...scheduledBackups(args.backup_policy_id)];
}

/** What a backup policy keeps of one volume once it has run for its longest retention. */
function scheduledBackups(policyId: unknown): readonly Amount[] {
  if (policyId === undefined || policyId === null) return [];
  const amount = ORACLES_POLICIES.get(String(policyId));
  return amount === undefined
    ? unknown("how many backups the backup policy keeps")
    : [{ limit: "volumeBackups", amount }];
}

function loadBalancer(args: Arguments): readonly Amount[] {
  if (isUnknown(args.shape)) return unknown("shape");
  // Fixed shapes have their bandwidth in the name: 100Mbps, 10Mbps-Micro.
  const fixed = /^(\d+)Mbps/i.exec(String(args.shape))?.[1];
  const mbps = Number(fixed ?? number(part(args, "shape_details"), "maximum_bandwidth_in_mbps", 10));
  return [...one("flexibleLoadBalancers"), { limit: "flexibleLoadBalancerMbps", amount: mbps }];
}

/** A nested block: one object, or a list of one. */
function part(args: Arguments, name: string): Arguments {
  const value: unknown = Array.isArray(args[name]) ? args[name][0] : args[name];
  return isArguments(value) ? value : {};
}

/** Whether a value is a block of arguments. */
export function isArguments(value: unknown): value is Arguments {
  return typeof value === "object" && value !== null;
}

function number(args: Arguments, name: string, absent: number): number {
  const value = args[name];
  if (value === undefined || value === null) return absent;
  const amount = Number(value);
  return isUnknown(value) || !Number.isFinite(amount) ? unknown(name) : amount;
}

/** A token, or an expression that an override brought in. */
function isUnknown(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === "string" && value.includes("${"));
}

function unknown(argument: string): never {
  throw new UnknownAmount(argument);
}
