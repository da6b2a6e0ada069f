import { TerraformVariable } from "cdktf";
import type { Construct } from "constructs";

/**
 * Values that must not be in the synthesized JSON. `cdktf` passes each as `TF_VAR_<name>` from the lab's secrets
 * file, so they are in no other file. Terraform never prints a sensitive variable.
 */
function secret(scope: Construct, name: string, description: string, type = "string"): TerraformVariable {
  return new TerraformVariable(scope, name, { type, description, sensitive: true, nullable: false });
}

/** OCID of the tenancy: the root compartment, where budgets and quotas live. Not a secret, but an account's own. */
export function tenancyOcid(scope: Construct): TerraformVariable {
  return new TerraformVariable(scope, "tenancy_ocid", {
    type: "string",
    description: "OCID of the tenancy",
    nullable: false,
  });
}

/**
 * Numbers of the availability domains that hosts were moved to by a deploy that waited for capacity, by `hostDomainKey`. A host that
 * is not in it is where the config puts it.
 */
export function hostDomains(scope: Construct): TerraformVariable {
  return new TerraformVariable(scope, "host_domains", {
    type: "map(number)",
    default: {},
    description: "Availability domains of hosts that were moved to where there was room",
    nullable: false,
  });
}

/** Password of root@pam on every Proxmox host: joining a cluster takes nothing else (pve-cluster Setup.pm). */
export function pveRootPassword(scope: Construct): TerraformVariable {
  return secret(scope, "pve_root_password", "Password of root@pam on the Proxmox hosts");
}

/** API token on Proxmox VE hosts that were there before, as `user@realm!name=uuid`. */
export function pveApiToken(scope: Construct): TerraformVariable {
  return secret(scope, "pve_api_token", "API token on the Proxmox hosts");
}

/** The password of root@pam as sha512-crypt, for cloud-init. */
export function pveRootPasswordHash(scope: Construct): TerraformVariable {
  return secret(scope, "pve_root_password_hash", "sha512-crypt hash of the password of root@pam");
}

/** The lab's own SSH key, OpenSSH format. */
export function sshPublicKey(scope: Construct): TerraformVariable {
  return new TerraformVariable(scope, "ssh_public_key", {
    type: "string",
    description: "SSH key that may log in to the hosts",
    nullable: false,
  });
}

/** The private part: steps run commands on the hosts where Proxmox VE's API cannot. */
export function sshPrivateKey(scope: Construct): TerraformVariable {
  return secret(scope, "ssh_private_key", "SSH key that may log in to the hosts, its private part");
}

/** SSH host keys by host name: given to the hosts, so that the first connection is already pinned. */
export function sshHostKeys(scope: Construct): TerraformVariable {
  return secret(
    scope,
    "ssh_host_keys",
    "Ed25519 host keys by host name",
    "map(object({ private = string, public = string }))",
  );
}
