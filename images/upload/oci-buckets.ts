/** Buckets and whole objects, in the SDK's terms. */
import type { Ask } from "./call.ts";
import { nullOn } from "./errors.ts";
import { allPages } from "./pages.ts";
import type { ObjectStore } from "./store.ts";

type BucketMethods = Pick<ObjectStore, "bucket" | "buckets" | "createBucket" | "deleteBucket">;
type ObjectMethods = Pick<ObjectStore, "object" | "objects" | "deleteObject">;

/** The SDK leaves the prefix of the header on (oci-objectstorage 2.142.1). */
const SHA256 = "opc-meta-sha256";

/** The methods of `ObjectStore` on buckets. @throws as `ObjectStore` says */
export function bucketMethods(ask: Ask, namespaceName: string): BucketMethods {
  return {
    async bucket(bucketName) {
      const { requests } = await import("oci-objectstorage");
      const fields = [requests.GetBucketRequest.Fields.ApproximateSize];
      const found = await nullOn(
        404,
        ask(`look at bucket ${bucketName}`, (client) => client.getBucket({ namespaceName, bucketName, fields })),
      );
      if (found === null) return null;
      const { compartmentId, storageTier = "Standard", approximateSize = 0 } = found.bucket;
      return { compartmentId, storageTier, approximateBytes: approximateSize };
    },

    async buckets(compartmentId) {
      const found = await allPages((page) =>
        ask("list the buckets", (client) => client.listBuckets({ namespaceName, compartmentId, ...page })),
      );
      return found.map(({ name }) => name);
    },

    async createBucket(name, compartmentId) {
      const { models } = await import("oci-objectstorage");
      const createBucketDetails = {
        name,
        compartmentId,
        publicAccessType: models.CreateBucketDetails.PublicAccessType.NoPublicAccess,
        storageTier: models.CreateBucketDetails.StorageTier.Standard,
      };
      const made = await nullOn(
        409,
        ask(`create bucket ${name}`, (client) => client.createBucket({ namespaceName, createBucketDetails })),
      );
      return made !== null;
    },

    async deleteBucket(bucketName) {
      const deleted = ask(`delete bucket ${bucketName}`, (client) =>
        client.deleteBucket({ namespaceName, bucketName }),
      );
      const gone = nullOn(404, deleted).then(() => true);
      return (await nullOn(409, gone)) ?? false;
    },
  };
}

/** The methods of `ObjectStore` on whole objects. @throws as `ObjectStore` says */
export function objectMethods(ask: Ask, namespaceName: string): ObjectMethods {
  return {
    async object(bucketName, objectName) {
      const found = await nullOn(
        404,
        ask(`look for ${objectName} in bucket ${bucketName}`, (client) =>
          client.headObject({ namespaceName, bucketName, objectName }),
        ),
      );
      return found && { sha256: found.opcMeta[SHA256] ?? null, sizeBytes: found.contentLength };
    },

    async objects(bucketName) {
      const found = await allPages(async ({ page }) => {
        const { listObjects } = await ask(`list bucket ${bucketName}`, (client) =>
          client.listObjects({ namespaceName, bucketName, fields: "name,size", ...(page && { start: page }) }),
        );
        return { items: listObjects.objects, opcNextPage: listObjects.nextStartWith };
      });
      return found.map(({ name, size = 0 }) => ({ name, sizeBytes: size }));
    },

    async deleteObject(bucketName, objectName) {
      await nullOn(
        404,
        ask(`delete ${objectName} of bucket ${bucketName}`, (client) =>
          client.deleteObject({ namespaceName, bucketName, objectName }),
        ),
      );
    },
  };
}
