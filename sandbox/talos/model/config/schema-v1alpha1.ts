/**
 * The first document of a Talos 1.13 machine configuration (`machine`, `cluster`): its fields in the order in which
 * Talos writes them. Facts read off siderolabs/talos pkg/machinery v1.13.0; the notation is in notation.ts.
 */
export const v1alpha1Notation = `
Config { version string; debug? *bool; persist? *bool; machine *MachineConfig; cluster *ClusterConfig }
MachineConfig {
  type string; token string; ca? *KeyPair; acceptedCAs? []*Certificate; certSANs []string;
  controlPlane? *MachineControlPlaneConfig; kubelet? *KubeletConfig; pods? []any; network? *NetworkConfig;
  disks? []*MachineDisk; install? *InstallConfig; files? []*MachineFile; env? {}string; time? *TimeConfig;
  sysctls? {}string; sysfs? {}string; registries? RegistriesConfig;
  systemDiskEncryption? *SystemDiskEncryptionConfig; features? *FeaturesConfig; udev? *UdevConfig;
  logging? *LoggingConfig; kernel? *KernelConfig; seccompProfiles? []*MachineSeccompProfile;
  baseRuntimeSpecOverrides? any; nodeLabels? {}string; nodeAnnotations? {}string; nodeTaints? {}string
}
MachineControlPlaneConfig { controllerManager? *MachineControllerManagerConfig; scheduler? *MachineSchedulerConfig }
MachineControllerManagerConfig { disabled? *bool }
MachineSchedulerConfig { disabled? *bool }
KubeletConfig {
  image? string; clusterDNS? []string; extraArgs? args; extraMounts? []ExtraMount; extraConfig? any;
  credentialProviderConfig? any; defaultRuntimeSeccompProfileEnabled? *bool; registerWithFQDN? *bool;
  nodeIP? *KubeletNodeIPConfig; skipNodeRegistration? *bool; disableManifestsDirectory? *bool
}
ExtraMount {
  destination string; type? string; source? string; options? []string; uidMappings? []LinuxIDMapping;
  gidMappings? []LinuxIDMapping
}
LinuxIDMapping { containerID uint; hostID uint; size uint }
KubeletNodeIPConfig { validSubnets? []string }
NetworkConfig {
  hostname? string; interfaces? []*Device by interface; nameservers? []string; searchDomains? []string;
  extraHostEntries? []*ExtraHost; kubespan? *NetworkKubeSpan; disableSearchDomain? *bool
}
Device {
  interface? string; deviceSelector? *NetworkDeviceSelector; addresses? []string; cidr? string; routes? []*Route;
  bond? *Bond; bridge? *Bridge; bridgePort? *BridgePort; vlans? []*Vlan by vlanId; mtu? int; dhcp? *bool;
  ignore? *bool; dummy? *bool; dhcpOptions? *DHCPOptions; wireguard? *DeviceWireguardConfig; vip? *DeviceVIPConfig
}
NetworkDeviceSelector {
  busPath? string; hardwareAddr? string; permanentAddr? string; pciID? string; driver? string; physical? *bool
}
Route { network string; gateway string; source? string; metric? uint; mtu? uint }
Bond {
  interfaces []string; deviceSelectors? []NetworkDeviceSelector; arpIPTarget? []string; mode string;
  xmitHashPolicy? string; lacpRate? string; adActorSystem? string; arpValidate? string; arpAllTargets? string;
  primary? string; primaryReselect? string; failOverMac? string; adSelect? string; miimon? uint; updelay? uint;
  downdelay? uint; arpInterval? uint; resendIgmp? uint; minLinks? uint; lpInterval? uint; packetsPerSlave? uint;
  numPeerNotif? uint; tlbDynamicLb? uint; allSlavesActive? uint; useCarrier? *bool; adActorSysPrio? uint;
  adUserPortKey? uint; peerNotifyDelay? uint
}
Bridge { interfaces []string; stp? *STP; vlan? *BridgeVLAN }
STP { enabled? *bool }
BridgeVLAN { vlanFiltering? *bool }
BridgePort { master? string }
Vlan {
  addresses? []string; cidr? string; routes []*Route; dhcp? *bool; vlanId uint; mtu? uint; vip? *DeviceVIPConfig;
  dhcpOptions? *DHCPOptions
}
DeviceVIPConfig { ip? string; equinixMetal? *VIPEquinixMetalConfig; hcloud? *VIPHCloudConfig }
VIPEquinixMetalConfig { apiToken string }
VIPHCloudConfig { apiToken string }
DHCPOptions { routeMetric uint; ipv4? *bool; ipv6? *bool; duidv6? string }
DeviceWireguardConfig { privateKey? string; listenPort? int; firewallMark? int; peers? []*DeviceWireguardPeer }
DeviceWireguardPeer {
  publicKey? string; endpoint? string; persistentKeepaliveInterval? duration; allowedIPs? []string
}
ExtraHost { ip string; aliases []string }
NetworkKubeSpan {
  enabled? *bool; advertiseKubernetesNetworks? *bool; allowDownPeerBypass? *bool; harvestExtraEndpoints? *bool;
  mtu? *uint; filters? *KubeSpanFilters
}
KubeSpanFilters { endpoints? []string; excludeAdvertisedNetworks? []string }
MachineDisk { device? string; partitions? []*DiskPartition }
DiskPartition { size? text; mountpoint? string }
InstallConfig {
  disk? string; diskSelector? *InstallDiskSelector; extraKernelArgs? []string; image? string;
  extensions? []InstallExtensionConfig; bootloader? *bool; wipe *bool; legacyBIOSSupport? *bool;
  grubUseUKICmdline? *bool
}
InstallDiskSelector {
  size? *text; name? string; model? string; serial? string; modalias? string; uuid? string; wwid? string;
  type? string; busPath? string
}
InstallExtensionConfig { image string }
MachineFile { content string; permissions raw; path string; op string }
TimeConfig { disabled? *bool; servers? []string; bootTimeout? duration }
RegistriesConfig { mirrors? {}*RegistryMirrorConfig; config? {}*RegistryConfig }
RegistryMirrorConfig { endpoints []string; overridePath? *bool; skipFallback? *bool }
RegistryConfig { tls? *RegistryTLSConfig; auth? *RegistryAuthConfig }
RegistryTLSConfig { clientIdentity? *KeyPair; ca? bytes; insecureSkipVerify? *bool }
RegistryAuthConfig { username? string; password? string; auth? string; identityToken? string }
SystemDiskEncryptionConfig { state? *EncryptionConfig; ephemeral? *EncryptionConfig }
EncryptionConfig {
  provider string; keys []*EncryptionKey; cipher? string; keySize? uint; blockSize? uint; options? []string
}
EncryptionKey {
  static? *EncryptionKeyStatic; nodeID? *EncryptionKeyNodeID; kms? *EncryptionKeyKMS; slot int;
  tpm? *EncryptionKeyTPM
}
EncryptionKeyStatic { passphrase? string }
EncryptionKeyNodeID {}
EncryptionKeyKMS { endpoint string }
EncryptionKeyTPM { checkSecurebootStatusOnEnroll? *bool }
FeaturesConfig {
  rbac? *bool; stableHostname? *bool; kubernetesTalosAPIAccess? *KubernetesTalosAPIAccessConfig;
  apidCheckExtKeyUsage? *bool; diskQuotaSupport? *bool; kubePrism? *KubePrism; hostDNS? *HostDNSConfig;
  imageCache? *ImageCacheConfig; nodeAddressSortAlgorithm? string
}
KubernetesTalosAPIAccessConfig { enabled? *bool; allowedRoles? []string; allowedKubernetesNamespaces? []string }
KubePrism { enabled? *bool; port? int }
HostDNSConfig { enabled? *bool; forwardKubeDNSToHost? *bool; resolveMemberNames? *bool }
ImageCacheConfig { localEnabled? *bool }
UdevConfig { rules? []string }
LoggingConfig { destinations []LoggingDestination }
LoggingDestination { endpoint *url; format string; extraTags? {}string }
KernelConfig { modules? []*KernelModuleConfig }
KernelModuleConfig { name string; parameters? []string }
MachineSeccompProfile { name string; value any }
ClusterConfig {
  id? string; secret? string; controlPlane *ControlPlaneConfig; clusterName? string;
  network? *ClusterNetworkConfig; token? string; aescbcEncryptionSecret? string;
  secretboxEncryptionSecret? string; ca? *KeyPair; acceptedCAs? []*Certificate; aggregatorCA? *KeyPair;
  serviceAccount? *Key; apiServer? *APIServerConfig; controllerManager? *ControllerManagerConfig;
  proxy? *ProxyConfig; scheduler? *SchedulerConfig; discovery? *ClusterDiscoveryConfig; etcd? *EtcdConfig;
  coreDNS? *CoreDNS; externalCloudProvider? *ExternalCloudProviderConfig; extraManifests? []string;
  extraManifestHeaders? {}string; inlineManifests? []ClusterInlineManifest;
  adminKubeconfig? *AdminKubeconfigConfig; allowSchedulingOnMasters? *bool; allowSchedulingOnControlPlanes? *bool
}
ControlPlaneConfig { endpoint *url; localAPIServerPort? int }
ClusterNetworkConfig {
  cni? *CNIConfig; dnsDomain string; podSubnets []string replace; serviceSubnets []string replace
}
CNIConfig { name? string; urls? []string; flannel? *FlannelCNIConfig }
FlannelCNIConfig { extraArgs? []string; kubeNetworkPoliciesEnabled? *bool }
APIServerConfig {
  image? string; extraArgs? args; extraVolumes? []VolumeMountConfig; env? {}string; certSANs? []string;
  disablePodSecurityPolicy? *bool; admissionControl? []*AdmissionPluginConfig by name; auditPolicy? any replace;
  resources? *ResourcesConfig; authorizationConfig? []*AuthorizationConfigAuthorizerConfig
}
VolumeMountConfig { hostPath string; mountPath string; readonly? bool }
AdmissionPluginConfig { name string; configuration any }
ResourcesConfig { requests? any; limits? any }
AuthorizationConfigAuthorizerConfig { type string; name string; webhook? any }
ControllerManagerConfig {
  image? string; extraArgs? args; extraVolumes? []VolumeMountConfig; env? {}string; resources? *ResourcesConfig
}
ProxyConfig { disabled? *bool; image? string; mode? string; extraArgs? args }
SchedulerConfig {
  image? string; extraArgs? args; extraVolumes? []VolumeMountConfig; env? {}string; resources? *ResourcesConfig;
  config? any
}
ClusterDiscoveryConfig { enabled? *bool; registries DiscoveryRegistriesConfig }
DiscoveryRegistriesConfig { kubernetes RegistryKubernetesConfig; service RegistryServiceConfig }
RegistryKubernetesConfig { disabled? *bool }
RegistryServiceConfig { disabled? *bool; endpoint? string }
EtcdConfig {
  image? string; ca *KeyPair; extraArgs? args; subnet? string; advertisedSubnets? []string;
  listenSubnets? []string
}
CoreDNS { disabled? *bool; image? string }
ExternalCloudProviderConfig { enabled? *bool; manifests? []string }
ClusterInlineManifest { name string; contents manifest }
AdminKubeconfigConfig { certLifetime? duration }
KeyPair { crt bytes; key bytes } replaced
Certificate { crt bytes } replaced
Key { key bytes } replaced
`;
