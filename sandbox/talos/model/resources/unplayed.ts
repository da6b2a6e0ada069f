/** Types that Talos has and machines here tell nothing of (siderolabs/talos v1.13.9): their names are known, and refused. */
import type { Kind } from "./kind.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "block runtime": ["BlockSymlinks", "MountRequests", "VolumeConfigs", "VolumeMountRequests", "VolumeMountStatuses"],
  "cri cri": ["BaseRuntimeSpecConfigs", "ImageCacheConfigs", "RegistryConfigs", "SeccompProfiles"],
  "files files": ["EtcFileSpecs", "EtcFileStatuses"],
  "hardware hardware": ["PCIDevices", "PCRStatuses"],
  "kubernetes controlplane": ["AdmissionControlConfigs", "AuditPolicyConfigs", "AuthorizationConfigs", "Manifests"],
  "kubernetes k8s": ["KubePrismConfigs", "KubePrismEndpoints", "KubePrismStatuses", "NodeIPConfigs"],
  "net network": [
    "AddressSpecs",
    "DNSUpstreams",
    "EthernetStatuses",
    "HostDNSConfigs",
    "HostnameSpecs",
    "LinkSpecs",
    "NfTablesChains",
    "OperatorSpecs",
    "ResolverSpecs",
    "RouteSpecs",
    "TimeServerSpecs",
  ],
  "runtime runtime": ["KernelModuleSpecs", "KernelParamSpecs", "KernelParamStatuses", "LoadedKernelModules"],
  "secrets secrets": ["ApiCertificates", "EtcdSecrets", "KubeletSecrets", "KubernetesSecrets", "TrustdCertificates"],
};

/** The group of a type with its namespace, and its names. */
export const unplayedKinds: readonly Kind[] = Object.entries(NAMES).flatMap(([where, names]) => {
  const [group = "", namespace = ""] = where.split(" ");
  return names.map((name): Kind => ({ type: `${name}.${group}.talos.dev`, namespace, spec: "", unplayed: true }));
});
