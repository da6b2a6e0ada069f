/** Uploads: a form with a file, of which size and checksums are kept, and no byte (pve-http-server, `file_upload_multipart`). */
import { createHash, type Hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { PveError } from "../model/errors.ts";
import type { Parameters } from "./http.ts";

const ALGORITHMS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
const END_OF_HEADERS = "\r\n\r\n";
const MAX_FIELD = 64 * 1024;

/** A file that came. */
export interface Upload {
  readonly size: number;
  readonly checksums: Readonly<Record<string, string>>;
  /** Its first four bytes, as Latin-1. */
  readonly magic: string;
}

/** By the name of the temporary file that they would be in. */
const uploads = new Map<string, Upload>();
let count = 0;

/** The upload behind `tmpfilename`. @throws PveError */
export function uploadOf(name: string): Upload {
  const found = uploads.get(name);
  if (!found) throw new PveError(500, `temporary file '${name}' does not exist`);
  return found;
}

/** Forgets the upload of a call that is over. */
export const forgetUpload = ({ tmpfilename = "" }: Parameters): void => void uploads.delete(tmpfilename);

interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly hashes: readonly Hash[];
  size: number;
  text: string;
  magic: string;
}

function partOf(headers: string): Part {
  const [, name = ""] = /[;\s]name="([^"]*)"/i.exec(headers) ?? [];
  const [, filename] = /[;\s]filename="([^"]*)"/i.exec(headers) ?? [];
  const hashes = filename === undefined ? [] : ALGORITHMS.map((each) => createHash(each));
  return { name, filename, hashes, size: 0, text: "", magic: "" };
}

function feed(part: Part, bytes: Buffer): void {
  part.size += bytes.length;
  for (const hash of part.hashes) hash.update(bytes);
  if (part.magic.length < 4) part.magic = `${part.magic}${bytes.toString("latin1", 0, 4)}`.slice(0, 4);
  if (part.filename !== undefined) return;
  if (part.size > MAX_FIELD) throw new PveError(400, `upload failed: field ${part.name} is too long`);
  part.text += bytes.toString();
}

function finish(part: Part, into: Record<string, string>): void {
  if (part.filename === undefined) {
    into[part.name] = part.text;
    return;
  }
  count += 1;
  const tmpfilename = `/var/tmp/pveupload-${count.toString(16).padStart(32, "0")}`;
  const checksums = part.hashes.map((hash, index) => [ALGORITHMS[index] ?? "", hash.digest("hex")] as const);
  uploads.set(tmpfilename, { size: part.size, checksums: Object.fromEntries(checksums), magic: part.magic });
  Object.assign(into, { filename: part.filename, tmpfilename });
}

/** The fields of a form, with `filename` and `tmpfilename` for its file. @throws PveError */
export async function formOf(request: IncomingMessage, contentType: string): Promise<Parameters> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType) ?? [];
  const delimiter = `\r\n--${quoted ?? plain ?? ""}`;
  const fields: Record<string, string> = Object.create(null);
  let part: Part | null = null;
  let rest: Buffer = Buffer.from("\r\n");
  // What comes before the first delimiter is nobody's.
  let isBefore = true;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    rest = Buffer.concat([rest, Buffer.from(chunk)]);
    for (;;) {
      if (part === null && !isBefore) {
        const end = rest.indexOf(END_OF_HEADERS);
        if (end < 0) break;
        part = partOf(rest.subarray(0, end).toString());
        rest = rest.subarray(end + END_OF_HEADERS.length);
      }
      const at = rest.indexOf(delimiter);
      const upTo = at < 0 ? Math.max(0, rest.length - delimiter.length) : at;
      if (part) feed(part, rest.subarray(0, upTo));
      rest = rest.subarray(at < 0 ? upTo : at + delimiter.length);
      if (at < 0) break;
      if (part) finish(part, fields);
      [part, isBefore] = [null, false];
      // `--` after the last delimiter.
      if (rest.subarray(0, 2).toString() === "--") return fields;
    }
  }
  if (Object.keys(fields).length === 0) throw new PveError(400, "upload failed: no form in the request");
  return fields;
}
