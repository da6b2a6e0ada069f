/** What a machine boots: which disk, and whether it is Talos that is on it. */
import type { Vm, Volume } from "../../world/proxmox.ts";
import { properties } from "./properties.ts";

/** The first hard disk in the boot order. */
export function bootDrive({ config }: Vm): string {
  const order =
    properties(config.boot ?? "", "legacy")
      .get("order")
      ?.split(";") ?? [];
  const key = order.find((device) => /^(scsi|virtio|sata)\d+$/.test(device));
  return config[key ?? "scsi0"] ?? "";
}

/** `metal` knows nothing of cloud-init: it asks for its address. */
export type TalosPlatform = "nocloud" | "metal";

/** As Talos calls its images, or another name that says Talos: other systems have such images too. */
const OWN = /^(nocloud|metal)-(?:arm64|amd64)/;
const NAMED = /\b(nocloud|metal)-(?:arm64|amd64)/;

function platformOf(path: string): TalosPlatform | null {
  const name = path.split("/").at(-1) ?? "";
  const found = (OWN.exec(name) ?? (/talos/i.test(path) ? NAMED.exec(name) : null))?.[1];
  return found === "nocloud" || found === "metal" ? found : null;
}

/**
 * A Talos image, by what was downloaded, whatever the file is called here: the factory's `…/v1.13.9/nocloud-arm64.qcow2`, a
 * mirror's or a release's. By the file's name where the URL tells nothing.
 */
export function talosImage({
  origin,
  source,
}: Volume): { readonly version: string; readonly platform: TalosPlatform } | null {
  const names = [URL.parse(origin ?? "")?.pathname ?? "", source ?? ""];
  const platform = names.map(platformOf).find((each) => each !== null);
  if (!platform) return null;
  const versions = names.flatMap((name) => /(?<![\d.])\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?/.exec(name)?.[0] ?? []);
  return { version: versions[0] ?? "", platform };
}
