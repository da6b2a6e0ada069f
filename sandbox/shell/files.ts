/** Files of a machine that commands over SSH read and change. */
import { createHash } from "node:crypto";
import type { PveHost } from "../world/proxmox.ts";
import type { ShellFiles, World } from "../world/world.ts";

/** By boot volume: a machine made anew has forgotten them. */
export function shellFiles({ state }: World, bootVolumeId: string): ShellFiles {
  const shells = (state.shells ??= {});
  return (shells[bootVolumeId] ??= { knownHosts: [], authorizedKeys: [], qdeviceStore: false });
}

/** The RSA key that Proxmox VE makes for a host's root, public part: nobody here ever signs with it. */
export function rootRsaKey({ name, bootVolumeId }: Pick<PveHost, "name" | "bootVolumeId">): string {
  const blob = createHash("sha512").update(bootVolumeId).digest("base64");
  return `ssh-rsa ${blob} root@${name}`;
}
