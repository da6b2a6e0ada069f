import { Acl } from "@cdktf/provider-proxmox/acl";
import { UserToken } from "@cdktf/provider-proxmox/user-token";
import { VirtualEnvironmentRole } from "@cdktf/provider-proxmox/virtual-environment-role";
import { VirtualEnvironmentUser } from "@cdktf/provider-proxmox/virtual-environment-user";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { GUEST_STORAGE } from "./guest-hardware.ts";
import { IMAGE_STORAGE } from "./talos-image.ts";

export interface AutomationProps {
  readonly lab: string;
  readonly poolId: string;
  readonly zone: string;
  readonly after: ITerraformDependable;
}

/** Enough to run guests in the lab's pool, and nothing of the cluster itself. Names as of PVE 9. */
const PRIVILEGES = [
  "Datastore.AllocateSpace",
  "Datastore.Audit",
  "Pool.Audit",
  "SDN.Use",
  "VM.Allocate",
  "VM.Audit",
  "VM.Clone",
  "VM.Config.CDROM",
  "VM.Config.CPU",
  "VM.Config.Cloudinit",
  "VM.Config.Disk",
  "VM.Config.HWType",
  "VM.Config.Memory",
  "VM.Config.Network",
  "VM.Config.Options",
  "VM.GuestAgent.Audit",
  "VM.PowerMgmt",
];

/** An API user with a token for scripts and operators, so that root@pam's password stays with the lab. */
export class Automation extends Construct {
  /** `user@realm!name=uuid`, sensitive. */
  readonly token: string;

  constructor(scope: Construct, id: string, props: AutomationProps) {
    super(scope, id);
    const role = new VirtualEnvironmentRole(this, "role", {
      roleId: "LabAutomation",
      privileges: PRIVILEGES,
      dependsOn: [props.after],
    });
    const user = new VirtualEnvironmentUser(this, "user", {
      userId: "automation@pve",
      comment: `Scripts and operators of the lab ${props.lab}`,
      enabled: true,
      dependsOn: [props.after],
    });
    const scopes = {
      pool: `/pool/${props.poolId}`,
      disks: `/storage/${GUEST_STORAGE}`,
      images: `/storage/${IMAGE_STORAGE}`,
      network: `/sdn/zones/${props.zone}`,
    };
    for (const [name, path] of Object.entries(scopes)) {
      new Acl(this, `acl-${name}`, { path, roleId: role.roleId, userId: user.userId, propagate: true });
    }
    this.token = new UserToken(this, "token", {
      userId: user.userId,
      tokenName: "lab",
      comment: "Has its user's permissions",
      privilegesSeparation: false,
    }).value;
  }
}
