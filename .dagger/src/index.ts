/** The images of ampere-lab, built and uploaded in containers: `dagger call build-all-images -o artifacts`. */
import {
  argument,
  CacheSharingMode,
  dag,
  type Directory,
  type File,
  func,
  object,
  type Secret,
} from "@dagger.io/dagger";
import type { Builder } from "./builder.ts";
import { type BuildInputs, buildAllImages, buildBaseImage, buildProxmoxImage } from "./pipeline.ts";
import { uploadToOci } from "./upload.ts";

async function chosen(pin: File, rootfs: Directory | undefined, archive: File | undefined): Promise<Builder> {
  if (rootfs !== undefined && archive !== undefined) {
    throw new Error("--builder and --builder-archive: got both, allowed one of them");
  }
  if (archive !== undefined) return { archive };
  return rootfs === undefined ? { pin: await pin.contents() } : { rootfs };
}

/** `name=value` each, as Packer takes them. */
function inputsOf(packer: Directory, builder: Builder, variables: readonly string[]): BuildInputs {
  const pairs = variables.map((variable) => {
    const [name = "", ...value] = variable.split("=");
    if (name !== "" && value.length > 0) return [name, value.join("=")] as const;
    throw new Error(`--variables: got ${JSON.stringify(variable)}, allowed name=value`);
  });
  return { packer, builder, variables: Object.fromEntries(pairs), locked: CacheSharingMode.Locked };
}

/** The images of ampere-lab */
@object()
export class AmpereLab {
  /**
   * Build the hardened Debian image: disk.qcow2 and versions.json
   *
   * @param packer The repository's packer/
   * @param pin The builder's image, pinned by digest
   * @param source The disk image to start from, instead of the pinned one
   * @param variables Packer variables, name=value each
   * @param builder The builder as an unpacked root file system (Debian 12), instead of the pinned image
   * @param builderArchive The builder as an image archive, as docker save writes it
   */
  @func()
  async buildBaseImage(
    @argument({ defaultPath: "/packer" }) packer: Directory,
    @argument({ defaultPath: "/images/builder.json" }) pin: File,
    source?: File,
    variables: string[] = [],
    builder?: Directory,
    builderArchive?: File,
  ): Promise<Directory> {
    const inputs = inputsOf(packer, await chosen(pin, builder, builderArchive), variables);
    return buildBaseImage(dag, inputs, source ?? null);
  }

  /**
   * Build the Proxmox VE image from the base: disk.qcow2 and versions.json
   *
   * @param base The base's disk.qcow2
   * @param packer The repository's packer/
   * @param pin The builder's image, pinned by digest
   * @param proxmoxVersion Version of Proxmox VE
   * @param variables Packer variables, name=value each
   * @param builder The builder as an unpacked root file system (Debian 12), instead of the pinned image
   * @param builderArchive The builder as an image archive, as docker save writes it
   */
  @func()
  async buildProxmoxImage(
    base: File,
    @argument({ defaultPath: "/packer" }) packer: Directory,
    @argument({ defaultPath: "/images/builder.json" }) pin: File,
    proxmoxVersion: string = "9.2",
    variables: string[] = [],
    builder?: Directory,
    builderArchive?: File,
  ): Promise<Directory> {
    const all = [`proxmox_version=${proxmoxVersion}`, ...variables];
    return buildProxmoxImage(dag, inputsOf(packer, await chosen(pin, builder, builderArchive), all), base);
  }

  /**
   * Build both images: base-hardened/ and proxmox-ampere/
   *
   * @param packer The repository's packer/
   * @param pin The builder's image, pinned by digest
   * @param source The disk image to start the base from, instead of the pinned one
   * @param proxmoxVersion Version of Proxmox VE
   * @param variables Packer variables of both images, name=value each
   * @param builder The builder as an unpacked root file system (Debian 12), instead of the pinned image
   * @param builderArchive The builder as an image archive, as docker save writes it
   */
  @func()
  async buildAllImages(
    @argument({ defaultPath: "/packer" }) packer: Directory,
    @argument({ defaultPath: "/images/builder.json" }) pin: File,
    source?: File,
    proxmoxVersion: string = "9.2",
    variables: string[] = [],
    builder?: Directory,
    builderArchive?: File,
  ): Promise<Directory> {
    const inputs = inputsOf(packer, await chosen(pin, builder, builderArchive), variables);
    return buildAllImages(dag, { ...inputs, proxmoxVariables: { proxmox_version: proxmoxVersion } }, source ?? null);
  }

  /**
   * Build the images unless they are given, and upload what the bucket has not yet; returns what was done, as JSON
   *
   * @param bucket Name of the bucket
   * @param compartmentId OCID of the bucket's compartment
   * @param ociConfig OCI's configuration file: file://$HOME/.oci/config
   * @param ociKey The API signing key: file://$HOME/.oci/key.pem
   * @param repository The repository, which has the uploader
   * @param packer The repository's packer/
   * @param pin The builder's image, pinned by digest
   * @param images base-hardened/ and proxmox-ampere/, as build-all-images returns them
   * @param proxmoxVersion Version of Proxmox VE, where they are not given
   * @param builder The builder as an unpacked root file system (Debian 12), instead of the pinned image
   * @param builderArchive The builder as an image archive, as docker save writes it
   */
  @func({ cache: "never" })
  async uploadToOci(
    bucket: string,
    compartmentId: string,
    ociConfig: Secret,
    ociKey: Secret,
    @argument({ defaultPath: "/", ignore: [".git", ".lab", ".sandbox", "**/node_modules", "artifacts", "cdktf.out"] })
    repository: Directory,
    @argument({ defaultPath: "/packer" }) packer: Directory,
    @argument({ defaultPath: "/images/builder.json" }) pin: File,
    images?: Directory,
    proxmoxVersion: string = "9.2",
    builder?: Directory,
    builderArchive?: File,
  ): Promise<string> {
    const built =
      images ?? (await this.buildAllImages(packer, pin, undefined, proxmoxVersion, undefined, builder, builderArchive));
    return uploadToOci(dag, {
      images: built,
      source: repository,
      builder: await chosen(pin, builder, builderArchive),
      bucket,
      compartmentId,
      ociConfig,
      ociKey,
      nonce: new Date().toISOString(),
    });
  }
}
