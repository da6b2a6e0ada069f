/** `qm`, `pvesm` and the few filters that bpg/proxmox uses beside them (qemu-server, qm.pm; pve-storage, pvesm). */
import { callApi } from "../proxmox/api/operation.ts";
import type { Pve } from "../proxmox/model/context.ts";
import { PveError } from "../proxmox/model/errors.ts";
import { storageOn, volumeOn } from "../proxmox/model/storage.ts";
import { vmOf } from "../proxmox/model/vm-config.ts";
import { importUnused } from "../proxmox/model/vm-drives.ts";
import { appendEntries, containerAt, sed } from "./container-conf.ts";
import { pathOf, volumeAt, writeFile } from "./host-files.ts";
import type { Program, Ran } from "./script.ts";

const OK: Ran = { code: 0, out: "" };

/** `--memory 2048`, `-scsi0 …` */
function optionsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const pairs = words.flatMap((word, index): [string, string][] =>
    index % 2 === 0 ? [[word.replace(/^--?/, ""), words[index + 1] ?? ""]] : [],
  );
  return Object.fromEntries(pairs);
}

function importDisk(pve: Pve, [vmid = "", source = "", storage = "", ...rest]: readonly string[]): Ran {
  const vm = vmOf(pve, Number(vmid), pve.host.name);
  const volume = volumeAt(pve, source);
  if (volume === null) return { code: 255, out: `${source}: non-existent or non-regular file\n` };
  storageOn(pve, storage, pve.host.name);
  const { key, volid } = importUnused(pve, vm, volume, storage, optionsOf(rest)["format"]);
  return {
    code: 0,
    out: `importing disk '${source}' to VM ${vmid} ...\n${key}: successfully imported disk '${volid}'\n`,
  };
}

const vmPath = ({ host }: Pve, vmid: string): string => `nodes/${host.name}/qemu/${encodeURIComponent(vmid)}`;

function qm(pve: Pve, [command = "", ...words]: readonly string[]): Ran {
  if (command === "importdisk") return importDisk(pve, words);
  if (command === "disk" && words[0] === "import") return importDisk(pve, words.slice(1));
  const [vmid = "", ...rest] = words;
  if (command === "set") {
    const set = optionsOf(rest);
    callApi(pve, "PUT", `${vmPath(pve, vmid)}/config`, set);
    return {
      code: 0,
      out: `update VM ${vmid}: ${Object.entries(set)
        .map(([key, value]) => `-${key} ${value}`)
        .join(" ")}\n`,
    };
  }
  if (command === "config") {
    const { config } = vmOf(pve, Number(vmid), pve.host.name);
    return {
      code: 0,
      out: Object.entries(config)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(""),
    };
  }
  if (command === "resize" || (command === "disk" && words[0] === "resize")) {
    const [id = "", disk = "", size = ""] = command === "disk" ? words.slice(1) : words;
    callApi(pve, "PUT", `${vmPath(pve, id)}/resize`, { disk, size });
    return OK;
  }
  return { code: 255, out: `qm ${command}: the sandbox's shell does not have it\n` };
}

function pvesm(pve: Pve, [command = "", volid = ""]: readonly string[]): Ran {
  if (command !== "path") return { code: 255, out: `pvesm ${command}: the sandbox's shell does not have it\n` };
  volumeOn(pve.host, volid);
  return { code: 0, out: `${pathOf(pve, volid)}\n` };
}

function grep([pattern = ""]: readonly string[], input: string): Ran {
  const found = input.split("\n").filter((line) => line !== "" && line.includes(pattern));
  return { code: found.length > 0 ? 0 : 1, out: found.map((line) => `${line}\n`).join("") };
}

function cutFields(words: readonly string[], input: string): Ran {
  const { d = "\t", f = "1" } = optionsOf(words);
  const field = (line: string): string => (line.includes(d) ? (line.split(d)[Number(f) - 1] ?? "") : line);
  const lines = input.split("\n").filter((line) => line !== "");
  return { code: 0, out: lines.map((line) => `${field(line)}\n`).join("") };
}

function tee(pve: Pve, words: readonly string[], input: string): Ran {
  const [file = ""] = words.filter((word) => word !== "-a");
  const vmid = containerAt(file);
  if (vmid !== undefined && words[0] === "-a") return appendEntries(pve, vmid, input);
  const refused = writeFile(pve, file, Buffer.from(input, "latin1"));
  return refused === null ? { code: 0, out: "" } : { code: 1, out: `tee: ${file}: ${refused}\n` };
}

/** The programs of a Proxmox VE host, as root. */
export function hostPrograms(pve: Pve): Program {
  return ([path = "", ...words], input) => {
    const name = path.replace(/^(\/usr)?\/s?bin\//, "");
    try {
      if (name === "qm") return qm(pve, words);
      if (name === "pvesm") return pvesm(pve, words);
      if (name === "grep") return grep(words, input);
      if (name === "cut") return cutFields(words, input);
      if (name === "echo") return { code: 0, out: `${words.join(" ")}\n` };
      if (name === "sed") return sed(pve, words);
      if (name === "tee") return tee(pve, words, input);
      return { code: 127, out: `bash: ${path}: the sandbox's shell does not have it\n` };
    } catch (error) {
      if (!(error instanceof PveError)) throw error;
      return { code: 255, out: `${error.message}\n` };
    }
  };
}
