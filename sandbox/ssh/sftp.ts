/** SFTP as bpg/proxmox uses it: files of Proxmox VE's storages are written whole, and looked at. */
import ssh2, { type Attributes, type SFTPWrapper } from "ssh2";
import type { Pve } from "../proxmox/model/context.ts";
import { isFolder, volumeAt, writeFile } from "../shell/host-files.ts";

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

/** A file that is open; what is written stands in memory until it is closed. */
interface Open {
  readonly path: string;
  readonly written: Buffer[] | null;
}

const attributes = (mode: number, size: number): Attributes => ({ mode, uid: 0, gid: 0, size, atime: 0, mtime: 0 });

function attributesOf(pve: Pve, path: string): Attributes | null {
  if (isFolder(pve, path)) return attributes(0o040755, 4096);
  const volume = volumeAt(pve, path);
  return volume ? attributes(0o100644, volume.size) : null;
}

/** Answers the requests of one SFTP session on a host. */
export function serveSftp(pve: Pve, sftp: SFTPWrapper): void {
  const files = new Map<number, Open>();
  let last = 0;
  const fileOf = (handle: Buffer): Open | undefined => files.get(handle.readUInt32BE(0));
  const show = (id: number, path: string): void => {
    const found = attributesOf(pve, path);
    if (found) sftp.attrs(id, found);
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  };
  // A client that has no more to ask waits for the server to close the channel.
  sftp.on("end", () => sftp.end());
  sftp.on("REALPATH", (id, path) => sftp.name(id, [{ filename: path, longname: path, attrs: attributes(0, 0) }]));
  sftp.on("STAT", show);
  sftp.on("LSTAT", show);
  sftp.on("OPEN", (id, path, flags) => {
    const writes = (flags & OPEN_MODE.WRITE) !== 0;
    if (!writes && volumeAt(pve, path) === null) {
      sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
      return;
    }
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE((last += 1));
    files.set(last, { path, written: writes ? [] : null });
    sftp.handle(id, handle);
  });
  sftp.on("WRITE", (id, handle, _offset, data) => {
    fileOf(handle)?.written?.push(Buffer.from(data));
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on("FSTAT", (id, handle) => {
    const file = fileOf(handle);
    if (file?.written) sftp.attrs(id, attributes(0o100644, Buffer.concat(file.written).length));
    else show(id, file?.path ?? "");
  });
  sftp.on("CLOSE", (id, handle) => {
    const file = fileOf(handle);
    files.delete(handle.readUInt32BE(0));
    const refused = file?.written ? writeFile(pve, file.path, Buffer.concat(file.written)) : null;
    if (refused === null) sftp.status(id, STATUS_CODE.OK);
    else sftp.status(id, STATUS_CODE.PERMISSION_DENIED, refused);
  });
  // Modes are not kept; a folder of a storage is there already.
  sftp.on("SETSTAT", (id, path) =>
    sftp.status(id, attributesOf(pve, path) ? STATUS_CODE.OK : STATUS_CODE.NO_SUCH_FILE),
  );
  sftp.on("MKDIR", (id, path) =>
    sftp.status(id, isFolder(pve, path) ? STATUS_CODE.FAILURE : STATUS_CODE.PERMISSION_DENIED),
  );
  sftp.on("REMOVE", (id) => sftp.status(id, STATUS_CODE.OP_UNSUPPORTED));
}
