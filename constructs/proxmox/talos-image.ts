import { DownloadFile, type DownloadFileConfig } from "@cdktf/provider-proxmox/download-file";
import { ImageFactorySchematic, type ImageFactorySchematicConfig } from "@cdktf/provider-talos/image-factory-schematic";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Architecture, HostPlan } from "../../topology/types.ts";
import { found } from "../lab/error.ts";
import { type Transforms, transforming } from "../lab/transform.ts";

/** The storage that every host has by default. */
export const IMAGE_STORAGE = "local";

/** The inner resources of a `TalosImage`. */
export interface TalosImageInner {
  readonly schematic: ImageFactorySchematicConfig;
  /** The file of each host. */
  readonly files: DownloadFileConfig;
}

/** What a `TalosImage` is made from. */
export interface TalosImageProps {
  readonly talosVersion: string;
  /** YAML of the image factory's schematic. */
  readonly schematic: string;
  /** @default - the A1's */
  readonly architecture?: Architecture;
  /** Takes content `import`. @default - the one that every host has by default */
  readonly storage?: string | undefined;
  /** What the file is called, so that it is nobody else's. @default - after version and platform */
  readonly prefix?: string;
  readonly hosts: readonly Pick<HostPlan, "name">[];
  /** @default - nothing */
  readonly after?: ITerraformDependable;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<TalosImageInner> | undefined;
}

/**
 * Talos for guests of one architecture, on every host: local storage is not shared. The schematic is registered here and not beside the
 * machine configuration, because the factory serves an image only once its schematic is known.
 *
 * @example
 * const { hosts } = lab.topology;
 * const cluster = new Cluster(stack, "cluster", { lab: "mine", hosts: lab.proxmox.hosts, micro: null });
 * const schematic = schematicYaml({ extensions: ["siderolabs/qemu-guest-agent"], kernelArgs: ["console=ttyAMA0"] });
 * new TalosImage(stack, "image", { talosVersion: "1.13.9", schematic, hosts, after: cluster.formed });
 */
export class TalosImage extends Construct {
  readonly nodes: {
    readonly schematic: ImageFactorySchematic;
    /** By host. */
    readonly files: ReadonlyMap<string, DownloadFile>;
  };

  constructor(scope: Construct, id: string, props: TalosImageProps) {
    super(scope, id);
    const given = transforming<TalosImageInner>(this, props.transform);
    const { talosVersion, storage = IMAGE_STORAGE, prefix = "" } = props;
    const platform = `nocloud-${(props.architecture ?? "arm64") === "arm64" ? "arm64" : "amd64"}`;
    const schematic = new ImageFactorySchematic(this, "schematic", given("schematic", { schematic: props.schematic }));
    // The qcow2: PVE decompresses no .xz, and decompresses nothing for content `import` (pve-storage Status.pm).
    const url = `https://factory.talos.dev/image/${schematic.id}/v${talosVersion}/${platform}.qcow2`;
    const files = new Map(
      props.hosts.map(({ name: nodeName }) => {
        const ours = {
          nodeName,
          datastoreId: storage,
          contentType: "import",
          url,
          fileName: `${prefix}talos-${talosVersion}-${platform}.qcow2`,
          overwrite: false,
          // The factory builds an image at the first request.
          uploadTimeout: 1800,
          ...(props.after && { dependsOn: [props.after] }),
        };
        return [nodeName, new DownloadFile(this, nodeName, given("files", ours))];
      }),
    );
    this.nodes = { schematic, files };
  }

  /** The image factory's id of what the image has. */
  get schematicId(): string {
    return this.nodes.schematic.id;
  }

  /** The image on a host, to import a disk from. @throws LabError for a host without one */
  file(host: string): DownloadFile {
    return found(this, "host", this.nodes.files, host);
  }
}
