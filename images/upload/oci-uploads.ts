/** Multipart uploads, in the SDK's terms. */
import { ArchiveError } from "../model/archive.ts";
import type { Ask } from "./call.ts";
import { nullOn } from "./errors.ts";
import { allPages } from "./pages.ts";
import type { ObjectStore, Upload } from "./store.ts";

type ListMethods = Pick<ObjectStore, "uploads" | "parts">;
type UploadMethods = Pick<ObjectStore, "startUpload" | "putPart" | "commit" | "abort">;

/** In the body of a request, metadata has the prefix that its header would have (CreateMultipartUploadDetails). */
function prefixed(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`opc-meta-${key}`, value]));
}

/** Where an upload is, in the SDK's words. */
const placeOf = (namespaceName: string, { bucket, objectName, id }: Upload) => ({
  namespaceName,
  bucketName: bucket,
  objectName,
  uploadId: id,
});

/** The methods of `ObjectStore` that list uploads and what has arrived of them. @throws as `ObjectStore` says */
export function uploadLists(ask: Ask, namespaceName: string): ListMethods {
  return {
    async uploads(bucketName) {
      const found = await allPages((page) =>
        ask(`list the uploads to bucket ${bucketName}`, (client) =>
          client.listMultipartUploads({ namespaceName, bucketName, ...page }),
        ),
      );
      // The SDK calls it a Date and gives a string.
      return found.map(({ bucket, object, uploadId, timeCreated }) => {
        return { bucket, objectName: object, id: uploadId, startedAt: new Date(timeCreated) };
      });
    },

    async parts(upload) {
      const found = await allPages((page) =>
        ask(`list the parts of ${upload.objectName}`, (client) =>
          client.listMultipartUploadParts({ ...placeOf(namespaceName, upload), ...page }),
        ),
      );
      return found.map(({ partNumber, size, md5, etag }) => ({ number: partNumber, sizeBytes: size, md5, etag }));
    },
  };
}

/** The methods of `ObjectStore` that make an object in parts. @throws as `ObjectStore` says */
export function uploadMethods(ask: Ask, namespaceName: string): UploadMethods {
  return {
    async startUpload(bucketName, objectName, metadata) {
      const createMultipartUploadDetails = {
        object: objectName,
        contentType: "application/octet-stream",
        metadata: prefixed(metadata),
      };
      const { multipartUpload } = await ask(`start the upload of ${objectName}`, (client) =>
        client.createMultipartUpload({ namespaceName, bucketName, ifNoneMatch: "*", createMultipartUploadDetails }),
      );
      const { uploadId, timeCreated } = multipartUpload;
      return { bucket: bucketName, objectName, id: uploadId, startedAt: new Date(timeCreated) };
    },

    async putPart(upload, { number, start, end, md5 }, read) {
      await ask(`send part ${number} of ${upload.objectName}`, (client, fail) => {
        const body = read();
        // To fetch, and so to us, a disk image that cannot be read would look like a lost connection.
        body.once("error", (error) => error instanceof ArchiveError && fail(error));
        const part = { uploadPartNum: number, contentLength: end - start, contentMD5: md5, uploadPartBody: body };
        return client.uploadPart({ ...placeOf(namespaceName, upload), ...part });
      });
    },

    async commit(upload, parts) {
      // Object Storage goes by the numbers anyway (docs.oracle.com, Multipart Uploads); lists come in any order.
      const inOrder = parts.toSorted((a, b) => a.number - b.number);
      const partsToCommit = inOrder.map(({ number, etag }) => ({ partNum: number, etag }));
      await ask(`commit ${upload.objectName}`, (client) =>
        client.commitMultipartUpload({
          ...placeOf(namespaceName, upload),
          ifNoneMatch: "*",
          commitMultipartUploadDetails: { partsToCommit },
        }),
      );
    },

    async abort(upload) {
      await nullOn(
        404,
        ask(`give up an upload of ${upload.objectName}`, (client) =>
          client.abortMultipartUpload(placeOf(namespaceName, upload)),
        ),
      );
    },
  };
}
