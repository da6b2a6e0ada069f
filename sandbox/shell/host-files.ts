/** Files of a host that are volumes of its storages: what `pvesm path` names, and what is written beside the API. */
import type { Volume } from "../world/proxmox.ts";
import type { Pve } from "../proxmox/model/context.ts";
import { addVolume, storageOf } from "../proxmox/model/storage.ts";

/** Folders of a directory storage by content (PVE::Storage::Plugin). */
const FOLDERS: Readonly<Record<string, Volume["content"]>> = {
  snippets: "snippets",
  import: "import",
  "template/iso": "iso",
  "template/cache": "vztmpl",
};

/** What of a file is kept as text: snippets, which cloud-init reads. */
const MAX_TEXT = 256 * 1024;

/** Where a volume is on its host, as `pvesm path` says it. */
export function pathOf(pve: Pve, volid: string): string {
  const [id = "", name = ""] = volid.split(/:(.*)/s);
  const { path } = storageOf(pve, id);
  if (path === undefined) return `/dev/pve/${name}`;
  const [folder = ""] = name.split("/");
  const found = Object.entries(FOLDERS).find(([, content]) => content === folder)?.[0];
  return found === undefined ? `${path}/images/${name}` : `${path}/${found}/${name.slice(folder.length + 1)}`;
}

/** The volume at a path; null where there is none. */
export function volumeAt(pve: Pve, path: string): Volume | null {
  const found = Object.keys(pve.host.volumes).find((volid) => pathOf(pve, volid) === path);
  return found === undefined ? null : (pve.host.volumes[found] ?? null);
}

/** Storage and folder that a path is in. */
function placeOf(
  { datacenter }: Pve,
  path: string,
): { readonly volid: string; readonly content: Volume["content"] } | null {
  for (const [id, { path: root }] of Object.entries(datacenter.storages)) {
    for (const [folder, content] of Object.entries(FOLDERS)) {
      const start = `${root}/${folder}/`;
      if (root === undefined || !path.startsWith(start)) continue;
      const name = path.slice(start.length);
      if (name !== "" && !name.includes("/")) return { volid: `${id}:${content}/${name}`, content };
    }
  }
  return null;
}

/** Whether a folder is there: those of storages, and what is above them. */
export function isFolder({ datacenter }: Pve, path: string): boolean {
  const folders = Object.values(datacenter.storages).flatMap(({ path: root }) =>
    root === undefined ? [] : Object.keys(FOLDERS).map((folder) => `${root}/${folder}`),
  );
  return folders.some((folder) => folder === path || folder.startsWith(path.endsWith("/") ? path : `${path}/`));
}

/** Writes a file. @returns why it cannot be written; null: it is */
export function writeFile(pve: Pve, path: string, content: string | Buffer): string | null {
  const place = placeOf(pve, path);
  if (place === null) return isFolder(pve, path) ? "Is a directory" : "the sandbox keeps files of storages alone";
  const bytes = Buffer.from(content);
  addVolume(pve, pve.host, place.volid, {
    content: place.content,
    format: place.content === "snippets" ? "snippet" : (/\.([^.]+)$/.exec(path)?.[1] ?? "raw"),
    size: bytes.length,
    source: null,
    ...(place.content === "snippets" && bytes.length <= MAX_TEXT && { text: bytes.toString("utf8") }),
  });
  return null;
}
