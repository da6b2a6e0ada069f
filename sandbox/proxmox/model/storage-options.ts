/** Options of a storage that change nothing of what the sandbox plays: kept, and told as they were said (pve-storage, `options`). */
import type { Storage } from "../../world/proxmox.ts";
import { failure } from "./errors.ts";

type Option = "optional" | "fixed";

const OPTIONS: Readonly<Record<Storage["type"], Readonly<Record<string, Option>>>> = {
  dir: {
    path: "fixed",
    "content-dirs": "optional",
    shared: "optional",
    "prune-backups": "optional",
    "max-protected-backups": "optional",
    format: "optional",
    mkdir: "optional",
    "create-base-path": "optional",
    "create-subdirs": "optional",
    is_mountpoint: "optional",
    bwlimit: "optional",
    preallocation: "optional",
    "snapshot-as-volume-chain": "fixed",
  },
  lvmthin: { thinpool: "fixed", vgname: "fixed", bwlimit: "optional" },
};

/** @throws PveError for an option that the type of storage has not */
export function checkNewOptions(type: Storage["type"], set: Readonly<Record<string, string>>): void {
  const unexpected = Object.keys(set).find((name) => OPTIONS[type][name] === undefined);
  if (unexpected !== undefined) throw failure(`unexpected property '${unexpected}'`);
}

/** @throws PveError for an option that the type of storage has not, or that stays as it was created */
export function checkChangedOptions(
  type: Storage["type"],
  set: Readonly<Record<string, string>>,
  cleared: readonly string[],
): void {
  const fixed = Object.keys(set).find((name) => OPTIONS[type][name] === "fixed");
  if (fixed !== undefined) throw failure(`update storage failed: can't change value of fixed parameter '${fixed}'`);
  const unexpected = Object.keys(set).find((name) => OPTIONS[type][name] === undefined);
  if (unexpected !== undefined) throw failure(`update storage failed: unexpected property '${unexpected}'`);
  for (const name of cleared) {
    const option = OPTIONS[type][name];
    if (option === undefined) throw failure(`update storage failed: no such option '${name}'`);
    if (option === "fixed") throw failure(`update storage failed: unable to delete required option '${name}'`);
    if (name in set) throw failure(`update storage failed: cannot set and delete property '${name}' at the same time!`);
  }
}
