/** State of the sandbox's OCI tenancy. Owned by sandbox/oci. */
export interface OciTenancy {
  readonly tenancyId: string;
  readonly region: string;
  /** Set on create from the config's image source, boot volume, VNIC and metadata: what a host is made of. */
  instances: OciInstance[];
}

/** What sandbox/proxmox reads of an instance; sandbox/oci may keep more. */
export interface OciInstance {
  readonly id: string;
  displayName: string;
  state: "PROVISIONING" | "RUNNING" | "STOPPED" | "TERMINATED";
  shape: string;
  ocpus: number;
  memoryGb: number;
  bootVolumeGb: number;
  privateIp: string;
  publicIp: string | null;
  /** Name of the bucket object the boot image was imported from; null for a platform image. */
  imageObject: string | null;
  /** `user_data` decoded from base64: the cloud-config the host booted with. */
  userData: string;
}
