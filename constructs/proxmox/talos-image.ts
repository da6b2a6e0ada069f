import { DownloadFile } from "@cdktf/provider-proxmox/download-file";
import { ImageFactorySchematic } from "@cdktf/provider-talos/image-factory-schematic";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { HostPlan } from "../../topology/types.ts";

/** The storage that every host has by itself. */
export const IMAGE_STORAGE = "local";

export interface TalosImageProps {
  readonly talosVersion: string;
  /** YAML of the image factory's schematic. */
  readonly schematic: string;
  readonly hosts: readonly HostPlan[];
  readonly after: ITerraformDependable;
}

/**
 * Talos for arm64 guests, on every host: local storage is not shared. The schematic is registered here and not beside the
 * machine configuration, because the factory serves an image only once its schematic is known.
 */
export class TalosImage extends Construct {
  readonly schematicId: string;
  readonly #files: ReadonlyMap<string, DownloadFile>;

  constructor(scope: Construct, id: string, props: TalosImageProps) {
    super(scope, id);
    const { talosVersion } = props;
    this.schematicId = new ImageFactorySchematic(this, "schematic", { schematic: props.schematic }).id;
    // The qcow2: PVE decompresses no .xz, and decompresses nothing for content `import` (pve-storage Status.pm).
    const url = `https://factory.talos.dev/image/${this.schematicId}/v${talosVersion}/nocloud-arm64.qcow2`;
    this.#files = new Map(
      props.hosts.map((host) => [
        host.name,
        new DownloadFile(this, host.name, {
          nodeName: host.name,
          datastoreId: IMAGE_STORAGE,
          contentType: "import",
          url,
          fileName: `talos-${talosVersion}-nocloud-arm64.qcow2`,
          overwrite: false,
          // The factory makes an image when it is asked for the first time.
          uploadTimeout: 1800,
          dependsOn: [props.after],
        }),
      ]),
    );
  }

  /** The image on a host, to import a disk from. @throws Error for a host without one */
  file(host: string): DownloadFile {
    const file = this.#files.get(host);
    if (!file) throw new Error(`no Talos image on ${host}`);
    return file;
  }
}
