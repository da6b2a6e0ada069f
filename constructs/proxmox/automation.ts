import { Acl, type AclConfig } from "@cdktf/provider-proxmox/acl";
import { UserToken, type UserTokenConfig } from "@cdktf/provider-proxmox/user-token";
import {
  VirtualEnvironmentRole,
  type VirtualEnvironmentRoleConfig,
} from "@cdktf/provider-proxmox/virtual-environment-role";
import {
  VirtualEnvironmentUser,
  type VirtualEnvironmentUserConfig,
} from "@cdktf/provider-proxmox/virtual-environment-user";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type Transforms, transforming } from "../lab/transform.ts";
import { GUEST_STORAGE } from "./guest-hardware.ts";
import { IMAGE_STORAGE } from "./talos-image.ts";
import { AUTOMATION_PRIVILEGES } from "../../topology/privileges.ts";

/** The inner resources of `Automation`. */
export interface AutomationInner {
  readonly role: VirtualEnvironmentRoleConfig;
  readonly user: VirtualEnvironmentUserConfig;
  /** Each of the grants. */
  readonly acls: AclConfig;
  readonly token: UserTokenConfig;
}

/** What `Automation` is made from. */
export interface AutomationProps {
  readonly lab: string;
  readonly poolId: string;
  readonly zone: string;
  readonly after: ITerraformDependable;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<AutomationInner> | undefined;
}

/**
 * An API user with a token for scripts and operators, so that root@pam's password stays with the lab.
 *
 * @example
 * const cluster = new Cluster(stack, "cluster", { lab: "mine", hosts: lab.proxmox.hosts, micro: null });
 * new Automation(stack, "automation", { lab: "mine", poolId: "mine", zone: "lab", after: cluster.formed });
 */
export class Automation extends Construct {
  readonly nodes: {
    readonly role: VirtualEnvironmentRole;
    readonly user: VirtualEnvironmentUser;
    /** By what they are for: `pool`, `disks`, `images`, `network`. */
    readonly acls: ReadonlyMap<string, Acl>;
    readonly token: UserToken;
  };

  constructor(scope: Construct, id: string, props: AutomationProps) {
    super(scope, id);
    const given = transforming<AutomationInner>(this, props.transform);
    const dependsOn = [props.after];
    const role = new VirtualEnvironmentRole(
      this,
      "role",
      given("role", { roleId: "LabAutomation", privileges: [...AUTOMATION_PRIVILEGES], dependsOn }),
    );
    const comment = `Scripts and operators of the lab ${props.lab}`;
    const user = new VirtualEnvironmentUser(
      this,
      "user",
      given("user", { userId: "automation@pve", comment, enabled: true, dependsOn }),
    );
    const scopes = {
      pool: `/pool/${props.poolId}`,
      disks: `/storage/${GUEST_STORAGE}`,
      images: `/storage/${IMAGE_STORAGE}`,
      network: `/sdn/zones/${props.zone}`,
    };
    const acls = new Map(
      Object.entries(scopes).map(([name, path]) => {
        const ours = given("acls", { path, roleId: role.roleId, userId: user.userId, propagate: true });
        return [name, new Acl(this, `acl-${name}`, ours)];
      }),
    );
    const token = new UserToken(
      this,
      "token",
      given("token", {
        userId: user.userId,
        tokenName: "lab",
        comment: "Has its user's permissions",
        privilegesSeparation: false,
      }),
    );
    this.nodes = { role, user, acls, token };
  }

  /** `user@realm!name=uuid`, sensitive. */
  get token(): string {
    return this.nodes.token.value;
  }
}
