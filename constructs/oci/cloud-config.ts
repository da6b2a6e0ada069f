import { Fn, type TerraformVariable } from "cdktf";
import { jsonOf } from "../lab/literal.ts";

/** The cloud-init configuration of a host's first boot. */
export interface CloudConfigProps {
  readonly hostname: string;
  readonly fqdn: string;
  readonly hostKeys: TerraformVariable;
  /** sha512-crypt hash of root's password. @default - root stays locked */
  readonly rootPasswordHash?: TerraformVariable;
  /** @default - none */
  readonly packages?: readonly string[];
  /** Run once, at the end of the first boot. @default - none */
  readonly commands?: readonly string[];
  /** @default - none */
  readonly files?: readonly { readonly path: string; readonly content: string }[];
}

/**
 * Renders `user_data`: a cloud-config in JSON (which is YAML), base64. It contains private host keys, as otherwise the
 * first SSH connection could not be pinned; so user data, and with it the state, is secret.
 */
export function cloudConfig(props: CloudConfigProps): string {
  const key = (part: "private" | "public"): string =>
    Fn.lookupNested(props.hostKeys.value, [props.hostname, part]).toString();
  const document = {
    hostname: props.hostname,
    fqdn: props.fqdn,
    preserve_hostname: false,
    // Proxmox VE needs its name to resolve to its network address, so cloud-init must not write 127.0.1.1.
    manage_etc_hosts: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: key("private"), ed25519_public: key("public") },
    ssh_pwauth: false,
    disable_root: false,
    ...(props.rootPasswordHash && {
      chpasswd: { expire: false, users: [{ name: "root", password: props.rootPasswordHash.value, type: "hash" }] },
    }),
    ...(props.packages && { packages: props.packages }),
    ...(props.commands && { runcmd: props.commands }),
    ...(props.files && {
      write_files: props.files.map((file) => ({ ...file, owner: "root:root", permissions: "0644" })),
    }),
  };
  return Fn.base64encode(Fn.join("\n", ["#cloud-config", jsonOf(document)]));
}
