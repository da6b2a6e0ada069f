/** What an Object Storage of a test holds, and what it does with a request. Refusals are worded as OCI words them. */
import { createHash, randomUUID } from "node:crypto";

export interface StoredObject {
  readonly content: Buffer;
  /** Keys as in headers: `opc-meta-…`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What is claimed to be its size. */
  readonly sizeBytes: number;
}

export interface StoredUpload {
  readonly object: string;
  readonly metadata: Readonly<Record<string, string>>;
  timeCreated: Date;
  readonly parts: Map<number, { readonly content: Buffer; readonly etag: string }>;
}

export interface StoredBucket {
  readonly name: string;
  readonly compartmentId: string;
  readonly publicAccessType: string;
  readonly storageTier: string;
  approximateSize: number;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, StoredUpload>;
}

export interface Request {
  readonly operation: string;
  readonly bucket: string;
  readonly object: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const NAMESPACE = "testnamespace";
/** Two, so that every list comes in pages. */
const PAGE = 2;

const md5 = (content: Buffer): string => createHash("md5").update(content).digest("base64");

export function newBucket(name: string, compartmentId: string, about: Partial<StoredBucket> = {}): StoredBucket {
  const kind = { publicAccessType: "NoPublicAccess", storageTier: "Standard", approximateSize: 0 };
  return { name, compartmentId, ...kind, objects: new Map(), uploads: new Map(), ...about };
}

export class Model {
  readonly buckets = new Map<string, StoredBucket>();

  answer(request: Request): Answer {
    const act = this.#operations[request.operation];
    if (act === undefined) throw new Refused(404, "NotFound", `No operation ${request.operation}`);
    return act(request);
  }

  readonly #operations: Readonly<Record<string, (request: Request) => Answer>> = {
    GetNamespace: () => ({ status: 200, body: NAMESPACE }),
    ListBuckets: ({ query }) => {
      const all = [...this.buckets.values()].filter((each) => each.compartmentId === query.get("compartmentId"));
      return paged(query, all, (each) => ({ name: each.name, compartmentId: each.compartmentId }));
    },
    CreateBucket: ({ body }) => {
      const { name, compartmentId, publicAccessType, storageTier } = JSON.parse(body.toString());
      if (this.buckets.has(name)) throw new Refused(409, "BucketAlreadyExists", `Bucket ${name} already exists`);
      this.buckets.set(name, newBucket(name, compartmentId, { publicAccessType, storageTier }));
      return { status: 200, body: { name, compartmentId } };
    },
    GetBucket: ({ bucket, query }) => {
      const { name, compartmentId, storageTier, approximateSize } = this.#bucket(bucket);
      const size = query.get("fields")?.includes("approximateSize") ? { approximateSize } : {};
      return { status: 200, body: { name, compartmentId, storageTier, ...size } };
    },
    ListObjects: ({ bucket, query }) => {
      const names = [...this.#bucket(bucket).objects].toSorted(([a], [b]) => (a < b ? -1 : 1));
      const rest = names.filter(([name]) => name >= (query.get("start") ?? ""));
      const objects = rest.slice(0, PAGE).map(([name, { sizeBytes }]) => ({ name, size: sizeBytes }));
      return { status: 200, body: { objects, nextStartWith: rest[PAGE]?.[0] } };
    },
    HeadObject: ({ bucket, object }) => {
      const { metadata, sizeBytes } = found(this.#bucket(bucket).objects.get(object), "ObjectNotFound", object);
      return { status: 200, headers: { ...metadata, "content-length": String(sizeBytes) } };
    },
    DeleteObject: ({ bucket, object }) => {
      if (!this.#bucket(bucket).objects.delete(object)) throw new Refused(404, "ObjectNotFound", object);
      return { status: 204 };
    },
    ListMultipartUploads: ({ bucket, query }) =>
      paged(query, [...this.#bucket(bucket).uploads], ([uploadId, { object, timeCreated }]) => {
        return { namespace: NAMESPACE, bucket, object, uploadId, timeCreated };
      }),
    CreateMultipartUpload: ({ bucket, body, headers }) => {
      const { object, metadata = {} } = JSON.parse(body.toString());
      const strange = Object.keys(metadata).find((key) => !key.startsWith("opc-meta-"));
      if (strange !== undefined) throw new Refused(400, "InvalidMetadata", `${strange} is not in opc-meta-* format`);
      this.#refuseReplacing(bucket, object, headers);
      const uploadId = randomUUID();
      const upload = { object, metadata, timeCreated: new Date(), parts: new Map() };
      this.#bucket(bucket).uploads.set(uploadId, upload);
      return { status: 200, body: { namespace: NAMESPACE, bucket, object, uploadId, timeCreated: upload.timeCreated } };
    },
    ListMultipartUploadParts: (request) =>
      paged(request.query, [...this.#upload(request).parts], ([partNumber, { content, etag }]) => {
        return { partNumber, size: content.length, md5: md5(content), etag };
      }),
    UploadPart: (request) => {
      const { parts } = this.#upload(request);
      const sent = request.headers["content-md5"];
      const actual = md5(request.body);
      if (sent !== actual) {
        const problem = `The computed MD5 of the request body (${actual}) does not match the Content-MD5 header (${sent})`;
        throw new Refused(400, "UnmatchedContentMD5", problem);
      }
      const etag = randomUUID();
      parts.set(Number(request.query.get("uploadPartNum")), { content: request.body, etag });
      return { status: 200, headers: { etag, "opc-content-md5": actual } };
    },
    CommitMultipartUpload: (request) => {
      const { object, metadata, parts } = this.#upload(request);
      this.#refuseReplacing(request.bucket, object, request.headers);
      const { partsToCommit } = JSON.parse(request.body.toString());
      const contents = partsToCommit.map(({ partNum, etag }: { partNum: number; etag: string }) => {
        const part = parts.get(partNum);
        if (part?.etag !== etag) throw new Refused(400, "InvalidUploadPart", `Part ${partNum} was not found`);
        return part.content;
      });
      const { objects, uploads } = this.#bucket(request.bucket);
      // The real one sorts by number; taking them as they come asks more of the client.
      const content = Buffer.concat(contents);
      objects.set(object, { content, metadata, sizeBytes: content.length });
      uploads.delete(request.query.get("uploadId") ?? "");
      return { status: 200, headers: { etag: randomUUID() } };
    },
    AbortMultipartUpload: (request) => {
      this.#upload(request);
      this.#bucket(request.bucket).uploads.delete(request.query.get("uploadId") ?? "");
      return { status: 204 };
    },
  };

  #bucket(name: string): StoredBucket {
    return found(this.buckets.get(name), "BucketNotFound", `Either the bucket named '${name}' does not exist`);
  }

  #upload({ bucket, object, query }: Request): StoredUpload {
    const upload = this.#bucket(bucket).uploads.get(query.get("uploadId") ?? "");
    return found(
      upload?.object === object ? upload : undefined,
      "NoSuchUpload",
      `There is no such upload of ${object}`,
    );
  }

  #refuseReplacing(bucket: string, object: string, headers: Request["headers"]): void {
    if (headers["if-none-match"] === "*" && this.#bucket(bucket).objects.has(object))
      throw new Refused(412, "IfNoneMatchFailed", `The if-none-match condition failed for ${object}`);
  }
}

function found<T>(value: T | undefined, code: string, message: string): T {
  if (value === undefined) throw new Refused(404, code, message);
  return value;
}

/** The token has what a careless client would not encode. */
function paged<T>(query: URLSearchParams, all: readonly T[], show: (item: T) => unknown): Answer {
  const from = Number(query.get("page")?.replace(/^at&\+/, "") ?? 0);
  const next = from + PAGE;
  const headers: Record<string, string> = next < all.length ? { "opc-next-page": `at&+${next}` } : {};
  return { status: 200, headers, body: all.slice(from, next).map(show) };
}
