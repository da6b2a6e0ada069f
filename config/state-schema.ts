/** Where Terraform's state is kept: one shape a backend. */
import { z } from "zod";
import { field, flag, pattern } from "./fields.ts";

const BACKENDS = '"local", "oci" (Terraform 1.12 or newer) or "s3" (OpenTofu or Terraform, 1.10 or newer)';

const backend = <Name extends string>(name: Name) =>
  field(z.literal(name), "Where Terraform state lives; docs/state.md says which to take.", BACKENDS);

const encryption = flag(
  "Have OpenTofu encrypt state and plans, by a passphrase among the lab's secrets; Terraform cannot.",
).optional();

/** Object Storage: letters, digits, hyphens, underscores and periods (OCI, "Object Storage buckets"). */
const bucket = pattern(
  /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/,
  256,
  "The bucket. It has to be there already; turn its versioning on.",
  'the name of a bucket: letters, digits, hyphens, underscores and periods, not "." or ".."',
);

const prefix = pattern(
  /^(?!(.*\/)?\.{1,2}(\/|$))[\w.-]+(\/[\w.-]+)*$/,
  200,
  "What the objects' names begin with: PREFIX/STACK.tfstate. Labs that share a bucket need one each.",
  'names of letters, digits, dots, hyphens and underscores, with / between them, none "." or ".."',
).optional();

const region = pattern(/^[a-z0-9-]+$/, 40, "Region of the bucket.", "a region identifier such as eu-frankfurt-1");

/** Credentials travel with each request: in the clear only to this machine. */
function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  // URL reads these away, Terraform does not.
  if (/\s/.test(text) || /^[a-z]+:\/\/[^/]*@/i.test(text)) return false;
  // Terraform would take it for a template, which a backend may not have.
  if (/[$%]\{/.test(text)) return false;
  if (search !== "" || hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname));
}

const endpoint = field(
  z.string().max(255).refine(isEndpoint),
  "Address of the S3-compatible service. OCI: https://NAMESPACE.compat.objectstorage.REGION.oraclecloud.com",
  "an https:// address without a user, a blank, a query or a fragment (http:// to this machine only)",
);

/** Where state is kept. */
export const stateSchema = field(
  z.discriminatedUnion("backend", [
    field(
      z.strictObject({ backend: backend("local"), encryption }),
      "Files under LAB_HOME. The sandbox always has these, unencrypted.",
      "an object with backend, and encryption if wanted",
    ),
    field(
      z.strictObject({
        backend: backend("oci"),
        bucket,
        namespace: pattern(
          /^[A-Za-z0-9_-]+$/,
          100,
          "Object Storage namespace of the tenancy: `oci os ns get`.",
          "letters, digits, hyphens and underscores",
        ),
        region: region.optional(),
        prefix,
      }),
      "OCI Object Storage by Terraform's own backend. It signs in as `oci.auth` says.",
      "an object with backend, bucket and namespace, and more if wanted",
    ),
    field(
      z.strictObject({ backend: backend("s3"), bucket, endpoint, region, prefix, encryption }),
      "An S3-compatible service, such as OCI Object Storage. Credentials: AWS_ACCESS_KEY_ID and " +
        "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
      "an object with backend, bucket, endpoint and region, and more if wanted",
    ),
  ]),
  "Terraform state. `npx lab state migrate` moves it after a change here.",
  "an object with backend, and what that backend takes",
);
