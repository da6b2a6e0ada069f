/** The image factory: schematics by the hash of what they say, and the addresses of what it makes of them. */
import { createHash } from "node:crypto";
import { isMap } from "yaml";
import { decodeStruct, readYaml } from "./config/decode.ts";
import { encodeDocument } from "./config/encode.ts";
import { readNotation } from "./config/notation.ts";
import { ConfigError } from "./config/value.ts";

/** Where the factory is, unless somebody says otherwise. */
export const defaultFactory = "https://factory.talos.dev";

/** siderolabs/image-factory v1.1.0, pkg/schematic. */
const notation = readNotation(`
Schematic { overlay? Overlay; customization Customization }
Overlay { image string; name string; options? any }
Customization {
  extraKernelArgs? []string; meta? []MetaValue; systemExtensions? SystemExtensions; bootloader? text;
  secureboot? SecureBoot
}
MetaValue { key uint; value string }
SystemExtensions { officialExtensions? []string }
SecureBoot { includeWellKnownCertificates? bool }
`);

/**
 * The id: SHA-256 of the schematic as Go's yaml writes it; no text is the schematic without customization.
 * Throws a ConfigError for text that is no schematic. The factory would drop unknown fields without a word; the sandbox
 * refuses them.
 */
export function schematicId(text: string): string {
  const struct = notation.structs.get("Schematic");
  if (!struct) throw new Error("the notation has no Schematic");
  const [document, ...more] = readYaml(text);
  if (more.length > 0 || (document && !isMap(document.root))) throw new ConfigError("a schematic is one YAML mapping");
  const fields = document ? decodeStruct(document.root, struct, document.source) : {};
  return createHash("sha256")
    .update(encodeDocument(fields, struct, []))
    .digest("hex");
}

interface ImageRequest {
  readonly factory: string;
  readonly schematic: string;
  readonly talosVersion: string;
  readonly platform: string | null;
  readonly sbc: string | null;
  readonly architecture: string;
}

interface Platform {
  /** Ending of the disk image; none where there is no disk image. */
  readonly disk?: string;
  readonly iso?: boolean;
  readonly pxe?: boolean;
  readonly secureBoot?: boolean;
}

/** siderolabs/talos pkg/machinery/platforms, v1.13.0. */
const platforms: Readonly<Record<string, Platform>> = {
  metal: { disk: "raw.zst", iso: true, pxe: true, secureBoot: true },
  aws: { disk: "raw.xz" },
  gcp: { disk: "raw.tar.gz" },
  equinixMetal: { pxe: true },
  azure: { disk: "vhd.xz" },
  "digital-ocean": { disk: "raw.gz" },
  nocloud: { disk: "raw.xz", iso: true, pxe: true, secureBoot: true },
  openstack: { disk: "raw.xz", iso: true, pxe: true },
  vmware: { disk: "ova", iso: true },
  akamai: { disk: "raw.gz" },
  cloudstack: { disk: "raw.gz", secureBoot: true },
  hcloud: { disk: "raw.xz" },
  oracle: { disk: "qcow2" },
  upcloud: { disk: "raw.xz" },
  vultr: { iso: true, pxe: true },
  exoscale: { disk: "qcow2" },
  opennebula: { disk: "raw.zst", iso: true },
  scaleway: { disk: "raw.zst", iso: true },
};

type ImageUrls = Readonly<
  Record<
    | "installer"
    | "installer_secureboot"
    | "iso"
    | "iso_secureboot"
    | "disk_image"
    | "disk_image_secureboot"
    | "pxe"
    | "kernel"
    | "kernel_command_line"
    | "initramfs"
    | "uki",
    string | null
  >
>;

/** Throws a ConfigError for a version, platform or architecture that the factory does not know. */
export function imageUrls(request: ImageRequest): ImageUrls {
  const { architecture: arch, platform: name } = request;
  if (!/^v?\d+\.\d+/.test(request.talosVersion))
    throw new ConfigError(`talos_version is not valid: "${request.talosVersion}"`);
  if (!["amd64", "arm64"].includes(arch)) throw new ConfigError(`architecture must be amd64 or arm64, got "${arch}"`);
  if ((name === null) === (request.sbc === null)) throw new ConfigError("exactly one of platform and sbc must be set");
  const version = `v${request.talosVersion.replace(/^v/, "")}`;
  const { host, protocol } = new URL(request.factory);
  const image = (file: string): string => `${request.factory}/image/${request.schematic}/${version}/${file}`;
  const installer = (kind: string): string => `${host}/${kind}/${request.schematic}:${version}`;
  if (name === null)
    return { ...none, installer: installer("metal-installer"), disk_image: image("metal-arm64.raw.xz") };
  const platform = platforms[name];
  if (!platform) throw new ConfigError(`platform must be one of ${Object.keys(platforms).join(", ")}, got "${name}"`);
  const { disk, iso = false, pxe = false, secureBoot = false } = platform;
  return {
    ...none,
    installer: installer(`${name}-installer`),
    installer_secureboot: secureBoot ? installer(`${name}-installer-secureboot`) : null,
    iso: iso ? image(`${name}-${arch}.iso`) : null,
    iso_secureboot: iso && secureBoot ? image(`${name}-${arch}-secureboot.iso`) : null,
    disk_image: disk ? image(`${name}-${arch}.${disk}`) : null,
    disk_image_secureboot: disk && secureBoot ? image(`${name}-${arch}-secureboot.${disk}`) : null,
    pxe: pxe ? `${protocol}//pxe.${host}/pxe/${request.schematic}/${version}/${name}-${arch}` : null,
    ...(name === "metal" && {
      kernel: image(`kernel-${arch}`),
      kernel_command_line: image(`cmdline-metal-${arch}`),
      initramfs: image(`initramfs-${arch}.xz`),
      uki: image(`metal-${arch}-secureboot-uki.efi`),
    }),
  };
}

const none: ImageUrls = {
  installer: null,
  installer_secureboot: null,
  iso: null,
  iso_secureboot: null,
  disk_image: null,
  disk_image_secureboot: null,
  pxe: null,
  kernel: null,
  kernel_command_line: null,
  initramfs: null,
  uki: null,
};
