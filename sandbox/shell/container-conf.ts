/** `/etc/pve/lxc/<vmid>.conf`, of which root edits the entries `lxc.…` by hand: the API has no call that sets them (pct.conf). */
import { containerOf } from "../proxmox/model/containers.ts";
import type { Pve } from "../proxmox/model/context.ts";
import type { Ran } from "./script.ts";

const FILE = /^\/etc\/pve\/lxc\/(\d+)\.conf$/;
const OK: Ran = { code: 0, out: "" };

/** The id of the container whose configuration a file is. */
export const containerAt = (file: string): string | undefined => FILE.exec(file)?.[1];

/** `sed -i '/^lxc\.idmap:/d' FILE`: takes entries away. */
export function sed(pve: Pve, words: readonly string[]): Ran {
  const [, expression = "", file = ""] = words;
  const [, key] = /^\/\^(lxc[\\.\w]+):\/d$/.exec(expression) ?? [];
  const vmid = containerAt(file);
  if (words[0] !== "-i" || key === undefined || vmid === undefined)
    return { code: 1, out: "sed: the sandbox takes entries out of a container's configuration alone\n" };
  const container = containerOf(pve, Number(vmid));
  container.lxc = (container.lxc ?? []).filter(([name]) => name !== key.replaceAll("\\", ""));
  pve.world.changed();
  return OK;
}

/** `tee -a FILE`: adds entries. */
export function appendEntries(pve: Pve, vmid: string, text: string): Ran {
  const container = containerOf(pve, Number(vmid));
  const entries = [...text.matchAll(/^(lxc\.[\w.-]+)\s*[:=]\s*(.*)$/gm)].map(
    ([, key = "", value = ""]) => [key, value] as const,
  );
  container.lxc = [...(container.lxc ?? []), ...entries];
  pve.world.changed();
  return OK;
}
