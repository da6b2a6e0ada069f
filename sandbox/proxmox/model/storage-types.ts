/**
 * The types of storages (pve-storage 9.1.7: `plugindata`, `options` and `activate_storage` of each plugin). Directories and thin
 * pools are played; of the others the configuration is kept, and no host reaches what they name.
 */
import type { Storage } from "../../world/proxmox.ts";
import { failure } from "./errors.ts";

type Options = Readonly<Record<string, string>>;

interface StorageType {
  /** What it can have, and what it has where nothing is said. */
  readonly content: string;
  readonly normal: string;
  /** Options that have to be said when it is made, and stay. */
  readonly fixed?: string;
  /** Options that stay, if they were said when it was made. */
  readonly once?: string;
  readonly optional: string;
  /** Options that nobody reads back. */
  readonly secret?: string;
  /** True where every node has the same. */
  readonly shared?: true;
  /** Where it is mounted, unless somebody says so. */
  readonly mounted?: true;
  /** Options that it adds. */
  readonly added?: Options;
  /** Why no host has it; null where the host does not look. @default it is played */
  readonly unreached?: (id: string, options: Options) => string | null;
}

const FILES = "backup images import iso rootdir snippets vztmpl";
const DIRECTORIES = "content-dirs prune-backups max-protected-backups format mkdir create-base-path create-subdirs";
const offline = (id: string): string => `storage '${id}' is not online`;
const unmounted = (): string => "mount error: exit code 1";

const TYPES: Readonly<Record<Storage["type"], StorageType>> = {
  dir: {
    content: `${FILES} none`,
    normal: "images rootdir",
    fixed: "path",
    once: "snapshot-as-volume-chain",
    optional: `${DIRECTORIES} shared is_mountpoint bwlimit preallocation`,
  },
  lvmthin: {
    content: "images rootdir",
    normal: "images rootdir",
    fixed: "vgname thinpool",
    optional: "bwlimit",
  },
  lvm: {
    content: "images rootdir",
    normal: "images",
    fixed: "vgname",
    once: "base",
    optional:
      "shared saferemove saferemove-stepsize saferemove_throughput tagged_only bwlimit snapshot-as-volume-chain",
    unreached: () => null,
  },
  nfs: {
    content: FILES,
    normal: "images",
    fixed: "server export",
    once: "path snapshot-as-volume-chain",
    optional: `${DIRECTORIES} options bwlimit preallocation`,
    shared: true,
    mounted: true,
    unreached: offline,
  },
  cifs: {
    content: FILES,
    normal: "images",
    fixed: "server share",
    once: "path snapshot-as-volume-chain",
    optional: `${DIRECTORIES} subdir username password domain smbversion bwlimit preallocation options`,
    secret: "password",
    shared: true,
    mounted: true,
    unreached: offline,
  },
  cephfs: {
    content: "backup import iso snippets vztmpl",
    normal: "backup",
    once: "path",
    optional: `${DIRECTORIES} monhost subdir options username fuse bwlimit keyring fs-name`,
    secret: "keyring",
    shared: true,
    mounted: true,
    unreached: unmounted,
  },
  rbd: {
    content: "images rootdir",
    normal: "images",
    optional: "monhost pool data-pool namespace username krbd keyring bwlimit",
    secret: "keyring",
    shared: true,
    unreached: () => null,
  },
  iscsi: {
    content: "images none",
    normal: "images",
    fixed: "portal target",
    optional: "bwlimit",
    shared: true,
    unreached: offline,
  },
  iscsidirect: {
    content: "images none",
    normal: "images",
    fixed: "portal target",
    optional: "bwlimit",
    shared: true,
    unreached: () => null,
  },
  pbs: {
    content: "backup none",
    normal: "backup",
    fixed: "server datastore",
    optional:
      "namespace port username password encryption-key master-pubkey prune-backups max-protected-backups fingerprint",
    secret: "password encryption-key master-pubkey",
    shared: true,
    unreached: (id, { server = "", port = "8007" }) =>
      `${id}: error fetching datastores - 500 Can't connect to ${server}:${port} (No route to host)`,
  },
  zfs: {
    content: "images",
    normal: "images",
    fixed: "portal target pool blocksize iscsiprovider",
    optional: "nowritecache sparse comstar_hg comstar_tg lio_tpg bwlimit zfs-base-path",
    shared: true,
    added: { "zfs-base-path": "/dev/zvol" },
    unreached: () => null,
  },
  zfspool: {
    content: "images rootdir",
    normal: "images rootdir",
    fixed: "pool",
    optional: "blocksize sparse bwlimit mountpoint",
    unreached: (id, { pool = "" }) =>
      `could not activate storage '${id}', zfs error: cannot import '${pool}': no such pool available`,
  },
  btrfs: {
    content: `${FILES} none`,
    normal: "images rootdir",
    fixed: "path",
    optional:
      "shared prune-backups max-protected-backups format is_mountpoint nocow mkdir create-base-path create-subdirs preallocation",
    unreached: (_id, { path = "" }) => `'${path}' is not a btrfs file system`,
  },
  esxi: {
    content: "import",
    normal: "import",
    fixed: "server username",
    optional: "shared password skip-cert-verification port",
    secret: "password",
    unreached: offline,
  },
};

const words = (text = ""): readonly string[] => text.split(" ").filter((word) => word !== "");

/** A type by its name. @throws PveError where there is none */
export function storageType(name: string): Storage["type"] {
  const found = Object.keys(TYPES).find((type): type is Storage["type"] => type === name);
  if (found === undefined) throw failure(`unknown section type '${name}'`);
  return found;
}

/** Whether every node has the same. */
export const isShared = ({ type, options }: Storage): boolean =>
  TYPES[type].shared === true || options?.["shared"] === "1";

/** Why no host has it; undefined where the hosts have it, null where it is there by its configuration alone. */
export const unreached = (id: string, { type, path = "", options = {} }: Storage): string | null | undefined =>
  TYPES[type].unreached?.(id, { ...options, path });

/** What may lie on a new one. */
export const normalContent = (type: Storage["type"]): readonly string[] => words(TYPES[type].normal);

/** Of what it is to have, what its type can. @throws PveError where nothing is left */
export function possibleContent(type: Storage["type"], asked: readonly string[]): readonly string[] {
  const can = words(TYPES[type].content);
  const kept = asked.filter((each) => can.includes(each));
  if (kept.length > 1 && kept.includes("none")) throw failure("unable to combine 'none' with other content types");
  if (kept.length === 0 && !can.includes("none")) throw failure("storage does not support content type 'none'");
  return kept.length === 0 ? ["none"] : kept.toSorted();
}

/** The options of a new storage. @throws PveError for one that its type has not, or that is missing */
export function newOptions(id: string, type: Storage["type"], set: Options): Options {
  const { fixed, once, optional, secret, mounted, added } = TYPES[type];
  const known = [fixed, once, optional].flatMap(words);
  const unexpected = Object.keys(set).find((name) => !known.includes(name));
  if (unexpected !== undefined) throw failure(`unexpected property '${unexpected}'`);
  const missing = words(fixed).find((name) => set[name] === undefined);
  if (missing !== undefined) throw failure(`missing value for required option '${missing}'`);
  return { ...(mounted && { path: `/mnt/pve/${id}` }), ...added, ...without(set, words(secret)) };
}

/** Options after a change. @throws PveError for one that the type has not, or that stays as it was made */
export function changedOptions({ type, options = {} }: Storage, set: Options, cleared: readonly string[]): Options {
  const { fixed, once, optional, secret } = TYPES[type];
  const stays = [fixed, once].flatMap(words);
  const unexpected = Object.keys(set).find((name) => ![...stays, ...words(optional)].includes(name));
  if (unexpected !== undefined) throw failure(`unexpected property '${unexpected}'`);
  const fast = Object.keys(set).find((name) => stays.includes(name));
  if (fast !== undefined) throw failure(`can't change value of fixed parameter '${fast}'`);
  for (const name of cleared) {
    if (words(fixed).includes(name)) throw failure(`unable to delete required option '${name}'`);
    if (words(once).includes(name)) throw failure(`unable to delete fixed option '${name}'`);
    if (!words(optional).includes(name)) throw failure(`no such option '${name}'`);
    if (name in set) throw failure(`cannot set and delete property '${name}' at the same time!`);
  }
  return { ...without(options, cleared), ...without(set, words(secret)) };
}

const without = (options: Options, names: readonly string[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
