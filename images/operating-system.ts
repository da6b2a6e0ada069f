/** What an image is called where it is imported, by what was found in it. */
import { ociArchive, type OciArchive } from "./model/archive.ts";
import type { OperatingSystem } from "./model/archive-metadata.ts";
import { BASE, type ImageDefinition } from "./model/definitions.ts";

type Versions = Readonly<Record<string, string>>;

/** The same versions give the same words, and so the same bytes of the archive. */
function operatingSystemOf(image: ImageDefinition, versions: Versions): OperatingSystem {
  if (image.key === BASE.key) return { operatingSystem: "Debian", operatingSystemVersion: versions["debian"] ?? "13" };
  return { operatingSystem: "Proxmox VE", operatingSystemVersion: versions["pve-manager"] ?? "9" };
}

/** The archive of a built image. */
export function archiveOf(image: ImageDefinition, disk: string, versions: Versions): Promise<OciArchive> {
  return ociArchive(disk, operatingSystemOf(image, versions));
}
