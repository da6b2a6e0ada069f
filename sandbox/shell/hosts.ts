/** The SSH side of an instance: what cloud-init made of its user data and metadata. */
import ssh2 from "ssh2";
import { parseYaml } from "../../config/yaml.ts";
import { z } from "zod";
import { isDown } from "../faults/conditions.ts";
import { isUp } from "../oci/resources/boot.ts";
import { publicAddressOf } from "../oci/resources/primary-address.ts";
import { ownHostAt } from "../reach/home.ts";
import type { Instance } from "../oci/resources/instance.ts";
import { generateSshKey } from "../pki/ssh-key.ts";
import type { OwnHost } from "../world/proxmox.ts";
import type { World } from "../world/world.ts";

/** A machine as its sshd knows it. */
export interface SshHost {
  /** As OCI has it. */
  readonly displayName: string;
  readonly privateIp: string;
  readonly instanceId: string;
  /** Private, as OpenSSH writes it. */
  readonly hostKey: string;
  /** sha512-crypt, where root may log in by password; the lab's own hosts take keys alone. */
  readonly rootPasswordHash?: string;
  /** Lines of root's authorized_keys. */
  readonly authorizedKeys: readonly string[];
}

const cloudConfig = z.looseObject({
  ssh_keys: z.looseObject({ ed25519_private: z.string() }).optional(),
  ssh_authorized_keys: z.array(z.string()).optional(),
  /** cloud-init's own default: root's keys only say who to log in as. */
  disable_root: z.boolean().default(true),
});

/** Host keys that hosts made for themselves, because nobody gave them one; by instance and boot volume. */
const ownKeys = new Map<string, string>();

/** The running instance at a private or public address; null where none is, or it is down. */
export function sshHostAt(world: World, address: string): SshHost | null {
  const { oci } = world.state;
  const own = ownHostAt(world, address);
  if (own) return isDown(world, own.name) ? null : ownHost(world, own);
  const instance = oci.instances.find(
    (each) => isUp(world, each) && [each.privateIp, publicAddressOf(oci, each)].includes(address),
  );
  return instance ? sshHost(world, instance) : null;
}

/** The public part of a machine's host key: `ssh-ed25519 AAAA…`. */
export function hostKeyOf(world: World, instance: Instance): string {
  const key = ssh2.utils.parseKey(sshHost(world, instance).hostKey);
  if (key instanceof Error) throw key;
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}

/** Whether root of a machine lets a key in, given as a line of authorized_keys. */
export function mayLogIn(world: World, instance: Instance, key: string): boolean {
  return sshHost(world, instance).authorizedKeys.includes(key);
}

/** As Proxmox VE's installer leaves sshd: root by password too. */
function ownHost(world: World, { id, name, address, rootPasswordHash, sshHostKey }: OwnHost): SshHost {
  const authorizedKeys = world.state.shells?.[id]?.authorizedKeys ?? [];
  return {
    displayName: name,
    privateIp: address,
    instanceId: id,
    hostKey: sshHostKey,
    rootPasswordHash,
    authorizedKeys,
  };
}

function sshHost(world: World, instance: Instance): SshHost {
  const config = cloudConfig.parse(readConfig(instance.userData));
  const keys = [...(instance.metadata["ssh_authorized_keys"] ?? "").split("\n"), ...(config.ssh_authorized_keys ?? [])];
  return {
    displayName: instance.displayName,
    privateIp: instance.privateIp,
    instanceId: instance.id,
    hostKey: config.ssh_keys?.ed25519_private ?? ownKey(instance),
    authorizedKeys: [
      ...(config.disable_root ? [] : keys.map((line) => line.trim()).filter((line) => line !== "")),
      ...(world.state.shells?.[instance.bootVolumeId]?.authorizedKeys ?? []),
    ],
  };
}

/** What is no cloud-config is nothing to cloud-init. */
function readConfig(userData: string): object {
  if (!userData.startsWith("#cloud-config")) return {};
  try {
    const found: unknown = parseYaml(userData);
    return cloudConfig.safeParse(found).data ?? {};
  } catch {
    return {};
  }
}

function ownKey({ id, bootVolumeId, displayName }: Instance): string {
  const which = `${id} ${bootVolumeId}`;
  const key = ownKeys.get(which) ?? generateSshKey(`root@${displayName}`).private;
  ownKeys.set(which, key);
  return key;
}
