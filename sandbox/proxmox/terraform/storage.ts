/** `storage_lvmthin` and `download_file` (bpg/proxmox 0.111.1). */
import { type Attributes, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { Pve } from "../model/context.ts";
import { nodeNamed } from "../model/context.ts";
import { checkDownload, download, remoteSize } from "../model/downloads.ts";
import { createLvmThin, deleteStorage, removeVolume, type StorageChange, updateStorage } from "../model/storage.ts";
import { atPve } from "./session.ts";
import { flag, required, strings, text } from "./values.ts";

/** bpg sends neither an empty set nor an unset one. */
function storageChange(planned: Attributes): StorageChange {
  const content = strings(planned, "content") ?? [];
  const nodes = strings(planned, "nodes") ?? [];
  return {
    disable: flag(planned, "disable") ?? false,
    ...(content.length > 0 && { content }),
    ...(nodes.length > 0 && { nodes }),
  };
}

function storageAttributes({ datacenter }: Pve, id: string): Attributes | null {
  const storage = datacenter.storages[id];
  if (storage?.type !== "lvmthin") return null;
  return {
    id,
    volume_group: storage.vgname ?? null,
    thin_pool: storage.thinpool ?? null,
    content: [...storage.content],
    nodes: [...storage.nodes],
    disable: storage.disable,
    shared: false,
  };
}

export const storageLvmthin: ResourceType = {
  forceNew: ["id", "volume_group", "thin_pool"],
  defaults: { disable: false },
  create: (call, planned) =>
    atPve(call, "Error creating lvmthin storage", (pve) => {
      const id = required(planned, "id");
      createLvmThin(pve, id, required(planned, "volume_group"), required(planned, "thin_pool"), storageChange(planned));
      return storageAttributes(pve, id) ?? {};
    }),
  read: (call, state) =>
    atPve(call, "Error reading lvmthin storage", (pve) => storageAttributes(pve, required(state, "id"))),
  update: (call, _prior, planned) =>
    atPve(call, "Error updating lvmthin storage", (pve) => {
      const id = required(planned, "id");
      updateStorage(pve, id, storageChange(planned));
      return storageAttributes(pve, id) ?? {};
    }),
  delete: (call, state) =>
    atPve(call, "Error deleting lvmthin storage", (pve) => {
      const id = required(state, "id");
      if (storageAttributes(pve, id)) deleteStorage(pve, id);
    }),
  importState: (call, id) => atPve(call, "Error reading lvmthin storage", (pve) => storageAttributes(pve, id)),
};

/** The name that PVE finds in a URL. */
function fileName(url: string): string {
  return URL.parse(url)?.pathname.split("/").at(-1) ?? "";
}

export const downloadFile: ResourceType = {
  forceNew: [
    "checksum",
    "checksum_algorithm",
    "content_type",
    "datastore_id",
    "decompression_algorithm",
    "file_name",
    "node_name",
    "url",
  ],
  defaults: { overwrite: true, overwrite_unmanaged: false, upload_timeout: 600, verify: true },
  plan(_call, _prior, proposed) {
    const content = text(proposed, "content_type");
    if (content !== undefined && !["iso", "vztmpl", "import"].includes(content)) {
      const why = `value must be one of: ["iso" "vztmpl" "import"], got: "${content}"`;
      throw new Refusal("Invalid Attribute Value Match", why, "content_type");
    }
    return {};
  },
  create: (call, planned) =>
    atPve(call, "Error downloading file from url", (pve) => {
      const [node, storage, content] = [
        required(planned, "node_name"),
        required(planned, "datastore_id"),
        required(planned, "content_type"),
      ];
      const url = required(planned, "url");
      const filename = text(planned, "file_name") ?? fileName(url);
      const id = `${storage}:${content}/${filename}`;
      if (flag(planned, "overwrite_unmanaged") === true) delete nodeNamed(pve, node).volumes[id];
      const decompression = text(planned, "decompression_algorithm") ?? null;
      const [algorithm, value] = [text(planned, "checksum_algorithm"), text(planned, "checksum")];
      const checksum = algorithm === undefined || value === undefined ? null : { algorithm, value };
      // The provider asks for the metadata before it downloads.
      const size = remoteSize(url);
      const request = { node, storage, content, filename, url, decompression, checksum };
      checkDownload(pve, request);
      download(pve, request);
      return { id, file_name: filename, size };
    }),
  read: (call, state) =>
    atPve(call, "Error reading file", (pve) => {
      const volume = nodeNamed(pve, required(state, "node_name")).volumes[required(state, "id")];
      return volume ? { size: volume.size } : null;
    }),
  // What may change without a replacement concerns the next download only.
  update: () => ({}),
  delete: (call, state) =>
    atPve(call, "Error deleting datastore file", (pve) => {
      const [node, id] = [required(state, "node_name"), required(state, "id")];
      if (nodeNamed(pve, node).volumes[id]) removeVolume(pve, node, id);
    }),
  importState: (call, id) =>
    atPve(call, "Error reading file", (pve) => {
      const [, node = "", volid = ""] = /^([^/]+)\/(.+)$/.exec(id) ?? [];
      const [, storage = "", content = "", filename = ""] = /^([^:]+):([^/]+)\/(.+)$/.exec(volid) ?? [];
      const volume = nodeNamed(pve, node).volumes[volid];
      if (!volume) return null;
      return {
        id: volid,
        node_name: node,
        datastore_id: storage,
        content_type: content,
        file_name: filename,
        url: volume.source,
        size: volume.size,
      };
    }),
};
