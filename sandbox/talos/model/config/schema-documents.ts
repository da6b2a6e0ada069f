/**
 * The other documents of a Talos 1.13 machine configuration, by kind, and the structures inside them; `apiVersion` and
 * `kind` come first in each. Facts read off siderolabs/talos pkg/machinery v1.13.0; the notation is in notation.ts.
 */
export const documentsNotation = `
document ExistingVolumeConfig { name string; discovery? VolumeDiscoverySpec; mount? ExistingMountSpec }
VolumeDiscoverySpec { volumeSelector? VolumeSelector }
VolumeSelector { match? text }
ExistingMountSpec { readOnly? *bool; disableAccessTime? *bool; secure? *bool }
document ExternalVolumeConfig { name string; filesystemType text; mount? ExternalMountSpec }
ExternalMountSpec { readOnly? *bool; disableAccessTime? *bool; secure? *bool; virtiofs? *VirtiofsMountSpec }
VirtiofsMountSpec { tag string }
document RawVolumeConfig { name string; provisioning? ProvisioningSpec; encryption? EncryptionSpec }
ProvisioningSpec { diskSelector? DiskSelector; grow? *bool; minSize? text; maxSize? text }
DiskSelector { match? text }
EncryptionSpec {
  provider text; keys []BlockEncryptionKey; cipher? string; keySize? uint; blockSize? uint; options? []string
}
BlockEncryptionKey {
  slot int; static? *BlockEncryptionKeyStatic; nodeID? *BlockEncryptionKeyNodeID; kms? *BlockEncryptionKeyKMS;
  tpm? *BlockEncryptionKeyTPM; lockToState? *bool
}
BlockEncryptionKeyStatic { passphrase? string }
BlockEncryptionKeyNodeID {}
BlockEncryptionKeyKMS { endpoint string }
BlockEncryptionKeyTPM { options? *EncryptionKeyTPMOptions; checkSecurebootStatusOnEnroll? *bool }
EncryptionKeyTPMOptions { pcrs? []int }
document SwapVolumeConfig { name string; provisioning? ProvisioningSpec; encryption? EncryptionSpec }
document UserVolumeConfig {
  name string; volumeType? *text; provisioning? ProvisioningSpec; filesystem? FilesystemSpec;
  encryption? EncryptionSpec; mount? UserMountSpec
}
FilesystemSpec { type? text; projectQuotaSupport? *bool }
UserMountSpec { disableAccessTime? *bool; secure? *bool }
document VolumeConfig { name string; provisioning? ProvisioningSpec; encryption? EncryptionSpec; mount? MountSpec }
MountSpec { secure? *bool }
document ZswapConfig { maxPoolPercent? *int; shrinkerEnabled? *bool }
document RegistryAuthConfig { name string; username? string; password? string; auth? string; identityToken? string }
document RegistryMirrorConfig { name string; endpoints? []RegistryEndpoint; skipFallback? *bool }
RegistryEndpoint { url url; overridePath? *bool }
document RegistryTLSConfig { name string; clientIdentity? *CertificateAndKey; ca? string; insecureSkipVerify? *bool }
CertificateAndKey { cert? string; key? string }
document ExtensionServiceConfig { name string; configFiles? []ConfigFile by mountPath; environment? []string }
ConfigFile { content string; mountPath string }
document PCIDriverRebindConfig { name string; targetDriver string }
document BlackholeRouteConfig { name string; metric? uint }
document BondConfig {
  name string; hardwareAddr? text; links? []string; bondMode? *text; miimon? *uint; updelay? *uint;
  downdelay? *uint; useCarrier? *bool; xmitHashPolicy? *text; arpInterval? *uint; arpIpTargets? []addr;
  nsIp6Targets? []addr; arpValidate? *text; arpAllTargets? *text; lacpRate? *text; failOverMac? *text;
  adSelect? *text; adActorSysPrio? *uint; adUserPortKey? *uint; adLACPActive? *text; primaryReselect? *text;
  resendIGMP? *uint; minLinks? *uint; lpInterval? *uint; packetsPerSlave? *uint; numPeerNotif? *uint;
  tlbLogicalLb? *uint; allSlavesActive? *uint; peerNotifDelay? *uint; missedMax? *uint; up? *bool; mtu? uint;
  addresses? []AddressConfig; routes? []RouteConfig; multicast? *bool
}
AddressConfig { address prefix; routePriority? *uint }
RouteConfig { destination? prefix; gateway? addr; source? addr; metric? uint; mtu? uint; table? text }
document BridgeConfig {
  name string; hardwareAddr? text; links? []string; stp? BridgeSTPConfig; vlan? BridgeVLANConfig; up? *bool;
  mtu? uint; addresses? []AddressConfig; routes? []RouteConfig; multicast? *bool
}
BridgeSTPConfig { enabled? *bool }
BridgeVLANConfig { filtering? *bool }
document DHCPv4Config { name string; routeMetric? uint; ignoreHostname? *bool; clientIdentifier? *text; duidRaw? text }
document DHCPv6Config { name string; routeMetric? uint; ignoreHostname? *bool; clientIdentifier? *text; duidRaw? text }
document DummyLinkConfig {
  name string; hardwareAddr? text; up? *bool; mtu? uint; addresses? []AddressConfig; routes? []RouteConfig;
  multicast? *bool
}
document EthernetConfig {
  name string; features? {}bool; rings? *EthernetRingsConfig; channels? *EthernetChannelsConfig; wakeOnLan? []text
}
EthernetRingsConfig {
  rx? *uint; tx? *uint; rx-mini? *uint; rx-jumbo? *uint; rx-buf-len? *uint; cqe-size? *uint; tx-push? *bool;
  rx-push? *bool; tx-push-buf-len? *uint; tcp-data-split? *bool
}
EthernetChannelsConfig { rx? *uint; tx? *uint; other? *uint; combined? *uint }
document HCloudVIPConfig { name string; link string; apiToken string }
document HostnameConfig { auto? *auto; hostname? string }
document KubeSpanConfig {
  enabled? *bool; advertiseKubernetesNetworks? *bool; allowDownPeerBypass? *bool; harvestExtraEndpoints? *bool;
  mtu? *uint; filters? *KubeSpanFiltersConfig
}
KubeSpanFiltersConfig { endpoints? []string; excludeAdvertisedNetworks? []prefix }
document KubeSpanEndpointsConfig { extraAnnouncedEndpoints []text }
document Layer2VIPConfig { name string; link string }
document LinkAliasConfig { name string; selector? LinkSelector }
LinkSelector { match? text }
document LinkConfig {
  name string; up? *bool; mtu? uint; addresses? []AddressConfig; routes? []RouteConfig; multicast? *bool
}
document NetworkDefaultActionConfig { ingress text }
document NetworkRuleConfig { name string; portSelector RulePortSelector; ingress []IngressRule replace }
RulePortSelector { ports []raw replace; protocol text }
IngressRule { subnet prefix; except? prefix }
document ResolverConfig { nameservers? []NameserverConfig; searchDomains? SearchDomainsConfig }
NameserverConfig { address addr }
SearchDomainsConfig { domains? []string; disableDefault? *bool }
document RoutingRuleConfig {
  name string; src? prefix; dst? prefix; table text; action? text; iifName? string; oifName? string; fwMark? uint;
  fwMask? uint
}
document StaticHostConfig { name string; hostnames []string }
document TCPProbeConfig { name string; interval? duration; failureThreshold? int; endpoint string; timeout? duration }
document TimeSyncConfig { enabled? *bool; bootTimeout? duration; ntp? *NTPConfig; ptp? *PTPConfig }
NTPConfig { servers? []string }
PTPConfig { devices? []string }
document VLANConfig {
  name string; vlanID? uint; vlanMode? *text; parent? string; up? *bool; mtu? uint; addresses? []AddressConfig;
  routes? []RouteConfig; multicast? *bool
}
document VRFConfig {
  name string; hardwareAddr? text; links? []string; table text; up? *bool; mtu? uint; addresses? []AddressConfig;
  routes? []RouteConfig; multicast? *bool
}
document WireguardConfig {
  name string; privateKey? string; listenPort? int; firewallMark? int; peers? []WireguardPeer; up? *bool;
  mtu? uint; addresses? []AddressConfig; routes? []RouteConfig; multicast? *bool
}
WireguardPeer {
  publicKey? string; presharedKey? string; endpoint? text; persistentKeepaliveInterval? duration;
  allowedIPs? []prefix
}
document EnvironmentConfig { variables {}string }
document EventSinkConfig { endpoint string }
document KmsgLogConfig { name string; url url }
document OOMConfig { triggerExpression? text; cgroupRankingExpression? text; sampleInterval? duration }
document WatchdogTimerConfig { device string; timeout? duration }
document ImageVerificationConfig { rules? []ImageVerificationRule by image }
ImageVerificationRule {
  image? string; skip? *bool; deny? *bool; keyless? *ImageKeylessVerifier; publicKey? *ImagePublicKeyVerifier
}
ImageKeylessVerifier { issuer? string; subject? string; subjectRegex? string }
ImagePublicKeyVerifier { certificate? string }
document TrustedRootsConfig { name string; certificates string }
document SideroLinkConfig { apiUrl url; uniqueToken? string }
`;
