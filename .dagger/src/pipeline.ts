/**
 * The pipeline of the two images. It is used by the Dagger module (index.ts) and by images/model/pipeline.ts for the library.
 * So these files import Dagger's types only and are handed the client; and they lie here rather than in images/, as a
 * module's runtime holds nothing but the module's own folder, whatever dagger.json includes (dagger#8473).
 */
import type { CacheSharingMode, Client, Directory, File } from "@dagger.io/dagger";
import { type Builder, builderWith } from "./builder.ts";

/** Values of Packer variables, by name. */
export type Variables = Readonly<Record<string, string>>;

export interface BuildInputs {
  /** The repository's `packer/`. */
  readonly packer: Directory;
  readonly builder: Builder;
  /** Packer variables. */
  readonly variables: Variables;
  /** `CacheSharingMode.Locked`, from the caller: an enum is a value, and only types are imported here. */
  readonly locked: CacheSharingMode.Locked;
}

/** What a build leaves, and what the next one starts from. */
const DISK = "disk.qcow2";
const VERSIONS = "versions.json";

/** ipxe-qemu has the network card's ROM: QEMU's own package only recommends it, and refuses the card without. */
const PACKAGES = [
  "ca-certificates",
  "ipxe-qemu",
  "openssh-client",
  "packer",
  "qemu-efi-aarch64",
  "qemu-system-arm",
  "qemu-utils",
  "xorriso",
];

/**
 * What images/model/inputs.ts hashes, and nothing else: what the image is named by is what it is made of, and a change of
 * anything else does not keep a build from coming out of the cache. The Proxmox image is sealed by the base's script too,
 * which its hash has by way of the base's.
 */
const declared = (image: string): string[] => [
  "build.sh",
  "plugins/plugins.pkr.hcl",
  "base/provision/seal.sh",
  ...["*.pkr.hcl", "source.pkrvars.json", "provision", "files"].map((name) => `${image}/${name}`),
];

const CACHE = "/var/cache/packer";
const SOURCE = "/source/disk.qcow2";

/** Nothing here may vary between two runs on the same inputs, or the second would not come out of the cache. */
function build(dag: Client, image: string, inputs: BuildInputs, source: File | null): Directory {
  const { packer, builder, variables, locked } = inputs;
  const values = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  const machine = builderWith(dag, builder, PACKAGES)
    // Downloads only, which Packer checks against the pinned sum: with an empty one the image is the same.
    .withMountedCache(CACHE, dag.cacheVolume("ampere-lab-packer"), { sharing: locked })
    .withEnvVariable("PACKER_CACHE_DIR", CACHE)
    .withMountedDirectory("/src/packer", packer.filter({ include: declared(image) }));
  const from = source === null ? [] : ["--source", SOURCE];
  return (source === null ? machine : machine.withMountedFile(SOURCE, source))
    .withExec([
      "/src/packer/build.sh",
      image,
      "/out",
      ...from,
      ...values.flatMap(([name, value]) => ["-var", `${name}=${value}`]),
    ])
    .directory("/out")
    .filter({ include: [DISK, VERSIONS] });
}

/**
 * The hardened base: `disk.qcow2` and `versions.json`. Lazy, as everything here: the engine works once it is read.
 *
 * @param source the disk image to start from; null starts from the pinned one, which Packer downloads
 */
export function buildBaseImage(dag: Client, inputs: BuildInputs, source: File | null): Directory {
  return build(dag, "base", inputs, source);
}

/**
 * Proxmox VE on the base: `disk.qcow2` and `versions.json`.
 *
 * @param base the base's disk
 */
export function buildProxmoxImage(dag: Client, inputs: BuildInputs, base: File): Directory {
  return build(dag, "proxmox-ampere", inputs, base);
}

export interface AllInputs extends BuildInputs {
  /** Packer variables of the Proxmox VE image only. */
  readonly proxmoxVariables: Variables;
}

/** Both, in `base-hardened/` and `proxmox-ampere/`. */
export function buildAllImages(dag: Client, inputs: AllInputs, source: File | null): Directory {
  const variables = { ...inputs.variables, ...inputs.proxmoxVariables };
  const base = buildBaseImage(dag, inputs, source);
  const proxmox = buildProxmoxImage(dag, { ...inputs, variables }, base.file(DISK));
  return dag.directory().withDirectory("base-hardened", base).withDirectory("proxmox-ampere", proxmox);
}
