/** The list of what is declared, by its list in the world: both interfaces, the inventory and the world go by it. */
import type { Part } from "../kernel/part.ts";
import type { Resource } from "../kernel/resource.ts";
import { alertRule } from "./alert-rule.ts";
import { apiKey } from "./api-key.ts";
import { backupPolicy } from "./backup-policy.ts";
import { backupPolicyAssignment } from "./backup-policy-assignment.ts";
import { bootVolume } from "./boot-volume.ts";
import { budget } from "./budget.ts";
import { caBundle } from "./ca-bundle.ts";
import { capabilitySchema } from "./capability-schema.ts";
import { certificate } from "./certificate.ts";
import { compartment } from "./compartment.ts";
import { consoleConnection } from "./console-connection.ts";
import { dhcpOptions } from "./dhcp-options.ts";
import { drg } from "./drg.ts";
import { drgAttachment } from "./drg-attachment.ts";
import { drgRouteDistribution } from "./drg-route-distribution.ts";
import { drgRouteTable } from "./drg-route-table.ts";
import { dynamicGroup } from "./dynamic-group.ts";
import { group } from "./group.ts";
import { image } from "./image.ts";
import { imageShape } from "./image-shape.ts";
import { instance } from "./instance.ts";
import { instanceConfiguration } from "./instance-configuration.ts";
import { instancePool } from "./instance-pool.ts";
import { internetGateway } from "./internet-gateway.ts";
import { ipv6 } from "./ipv6.ts";
import { loadBalancer } from "./load-balancer.ts";
import {
  loadBalancerBackend,
  loadBalancerBackendSet,
  loadBalancerCertificate,
  loadBalancerListener,
} from "./load-balancer-parts.ts";
import {
  loadBalancerCipherSuite,
  loadBalancerHostname,
  loadBalancerPathRouteSet,
  loadBalancerRoutingPolicy,
  loadBalancerRuleSet,
} from "./load-balancer-rules.ts";
import { localPeeringGateway } from "./local-peering-gateway.ts";
import { membership } from "./membership.ts";
import { natGateway } from "./nat-gateway.ts";
import { backend } from "./network-backend.ts";
import { backendSet } from "./network-backend-set.ts";
import { listener } from "./network-listener.ts";
import { networkLoadBalancer } from "./network-load-balancer.ts";
import { policy } from "./policy.ts";
import { privateIp } from "./private-ip.ts";
import { publicIp } from "./public-ip.ts";
import { quota } from "./quota.ts";
import { routeTable } from "./route-table.ts";
import { networkSecurityGroup } from "./security-group.ts";
import { networkSecurityGroupRule } from "./security-group-rule.ts";
import { securityList } from "./security-list.ts";
import { serviceGateway } from "./service-gateway.ts";
import { subnet } from "./subnet.ts";
import { tag } from "./tag.ts";
import { tagDefault } from "./tag-default.ts";
import { tagNamespace } from "./tag-namespace.ts";
import { user } from "./user.ts";
import { vcn } from "./vcn.ts";
import { vlan } from "./vlan.ts";
import { vnicAttachment } from "./vnic-attachment.ts";
import { volume } from "./volume.ts";
import { volumeAttachment } from "./volume-attachment.ts";
import { bootVolumeBackup, volumeBackup } from "./volume-backup.ts";

/** What is declared, by its list in the world. */
export const RESOURCES = {
  compartments: compartment,
  policies: policy,
  groups: group,
  dynamicGroups: dynamicGroup,
  users: user,
  memberships: membership,
  tagNamespaces: tagNamespace,
  tagDefaults: tagDefault,
  vcns: vcn,
  internetGateways: internetGateway,
  routeTables: routeTable,
  serviceGateways: serviceGateway,
  natGateways: natGateway,
  localPeeringGateways: localPeeringGateway,
  drgs: drg,
  drgRouteTables: drgRouteTable,
  drgRouteDistributions: drgRouteDistribution,
  drgAttachments: drgAttachment,
  dhcpOptions,
  securityLists: securityList,
  subnets: subnet,
  networkSecurityGroups: networkSecurityGroup,
  networkLoadBalancers: networkLoadBalancer,
  loadBalancers: loadBalancer,
  images: image,
  instances: instance,
  vnicAttachments: vnicAttachment,
  consoleConnections: consoleConnection,
  instanceConfigurations: instanceConfiguration,
  instancePools: instancePool,
  volumes: volume,
  volumeAttachments: volumeAttachment,
  preservedBootVolumes: bootVolume,
  volumeBackups: volumeBackup,
  bootVolumeBackups: bootVolumeBackup,
  volumeBackupPolicies: backupPolicy,
  backupPolicyAssignments: backupPolicyAssignment,
  certificates: certificate,
  caBundles: caBundle,
  budgets: budget,
  quotas: quota,
  privateIps: privateIp,
  publicIps: publicIp,
  ipv6s: ipv6,
  vlans: vlan,
  capabilitySchemas: capabilitySchema,
};

/** What is declared. */
export const declarations: readonly Resource[] = Object.values(RESOURCES);

/** Parts of what is declared. */
export const parts: readonly Part[] = [
  networkSecurityGroupRule,
  imageShape,
  backendSet,
  backend,
  listener,
  loadBalancerCertificate,
  loadBalancerBackendSet,
  loadBalancerBackend,
  loadBalancerListener,
  loadBalancerHostname,
  loadBalancerRuleSet,
  loadBalancerPathRouteSet,
  loadBalancerRoutingPolicy,
  loadBalancerCipherSuite,
  alertRule,
  tag,
  apiKey,
];
