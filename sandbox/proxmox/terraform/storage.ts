/** `storage_lvmthin` and `download_file` (bpg/proxmox 0.112.0). */
import { type Attributes, Refusal, type ResourceType } from "../../plugin/resource.ts";
import { callApi } from "../api/operation.ts";
import { nodeNamed, type Pve } from "../model/context.ts";
import { remoteSize } from "../model/downloads.ts";
import { apiObject, errorIn } from "./object.ts";
import { atPve, shown } from "./session.ts";
import { flag, required, strings, text } from "./values.ts";

/** bpg sends neither an empty set nor an unset one. */
function storageChange(planned: Attributes) {
  const said = (name: string): readonly string[] | undefined => {
    const values = strings(planned, name) ?? [];
    return values.length > 0 ? values : undefined;
  };
  return { disable: flag(planned, "disable") ?? false, content: said("content"), nodes: said("nodes") };
}

const storagePath = (id: string): string => `storage/${encodeURIComponent(id)}`;

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

/** `proxmox_storage_lvmthin` */
export const storageLvmthin: ResourceType = {
  forceNew: ["id", "volume_group", "thin_pool"],
  defaults: { disable: false },
  ...apiObject({
    summary: errorIn("lvmthin storage"),
    path: storagePath,
    attributes: storageAttributes,
    create(pve, planned) {
      const id = required(planned, "id");
      callApi(pve, "POST", "storage", {
        storage: id,
        type: "lvmthin",
        vgname: required(planned, "volume_group"),
        thinpool: required(planned, "thin_pool"),
        ...storageChange(planned),
      });
      return storageAttributes(pve, id) ?? {};
    },
    update(pve, id, planned) {
      callApi(pve, "PUT", storagePath(id), storageChange(planned));
      return storageAttributes(pve, id) ?? {};
    },
  }),
};

/** The name that PVE finds in a URL. */
function fileName(url: string): string {
  return URL.parse(url)?.pathname.split("/").at(-1) ?? "";
}

/** Where the API has a volume. */
function volumePath(node: string, volid: string): string {
  const [storage = ""] = volid.split(":");
  return `nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/content/${encodeURIComponent(volid)}`;
}

/** `proxmox_download_file` */
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
      if (flag(planned, "overwrite_unmanaged") === true && nodeNamed(pve, node).volumes[id])
        callApi(pve, "DELETE", volumePath(node, id));
      const [algorithm, checksum] = [text(planned, "checksum_algorithm"), text(planned, "checksum")];
      // The provider asks for the metadata before it downloads.
      callApi(pve, "GET", `nodes/${encodeURIComponent(node)}/query-url-metadata`, { url });
      callApi(pve, "POST", `nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/download-url`, {
        content,
        filename,
        url,
        compression: text(planned, "decompression_algorithm"),
        ...(algorithm !== undefined && checksum !== undefined && { checksum, "checksum-algorithm": algorithm }),
      });
      return { id, file_name: filename, size: remoteSize(url) };
    }),
  read: (call, state) =>
    atPve(call, "Error reading file", (pve) => {
      const [node, id] = [required(state, "node_name"), required(state, "id")];
      const volume = shown(pve, volumePath(node, id), nodeNamed(pve, node).volumes[id] ?? null);
      return volume ? { size: volume.size } : null;
    }),
  // What may change without a replacement concerns the next download only.
  update: () => ({}),
  delete: (call, state) =>
    atPve(call, "Error deleting datastore file", (pve) => {
      const [node, id] = [required(state, "node_name"), required(state, "id")];
      if (nodeNamed(pve, node).volumes[id]) callApi(pve, "DELETE", volumePath(node, id));
    }),
  importState: (call, id) =>
    atPve(call, "Error reading file", (pve) => {
      const [, node = "", volid = ""] = /^([^/]+)\/(.+)$/.exec(id) ?? [];
      const [, storage = "", content = "", filename = ""] = /^([^:]+):([^/]+)\/(.+)$/.exec(volid) ?? [];
      const volume = shown(pve, volumePath(node, volid), nodeNamed(pve, node).volumes[volid] ?? null);
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
