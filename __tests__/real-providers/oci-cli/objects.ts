/** Object Storage, with files of `$home`. */
import type { Command } from "./command.ts";

export const OBJECTS: readonly Command[] = [
  { run: "os ns get", prints: { data: expect.stringMatching(/^[a-z0-9]+$/) }, keep: { ns: "data" } },
  { run: "os ns get-metadata", prints: { data: { namespace: "$ns", "default-s3-compartment-id": "$tenancy" } } },
  {
    run: 'os bucket create -c $compartment --name box --versioning Disabled --metadata {"a":"b"}',
    prints: {
      data: { name: "box", "storage-tier": "Standard", metadata: { a: "b" }, "public-access-type": "NoPublicAccess" },
    },
    keep: { stale: "etag" },
  },
  { run: "os bucket create -c $compartment --name box", refused: { status: 409, code: "BucketAlreadyExists" } },
  { run: "os bucket create -c $compartment --name chest", prints: { data: { name: "chest" } } },
  {
    run: "os bucket list -c $compartment --limit 1",
    prints: { data: [{ name: "box" }], "opc-next-page": expect.any(String) },
  },
  { run: "os bucket list -c $compartment --all --page-size 1 --query data[*].name", prints: ["box", "chest"] },
  {
    run: 'os bucket update --name box --metadata {"c":"d"} --if-match wrong',
    refused: { status: 412, code: "IfMatchFailed" },
  },
  {
    run: 'os bucket update --name box --metadata {"c":"d"} --if-match $stale',
    prints: { data: { metadata: { c: "d" } } },
  },
  {
    run: 'os object put --bucket-name box --file $home/small --name in/one --content-type text/plain --metadata {"kind":"small"}',
    prints: { etag: expect.any(String), "opc-content-md5": "$smallMd5" },
    keep: { object: "etag" },
  },
  {
    run: "os object put --bucket-name box --file $home/small --name in/two --force",
    prints: { etag: expect.any(String) },
  },
  {
    run: "os object put --bucket-name box --file $home/small --name three --force",
    prints: { etag: expect.any(String) },
  },
  {
    run: "os object head --bucket-name box --name in/one",
    prints: {
      "content-length": "6",
      "content-type": "text/plain",
      "opc-meta-kind": "small",
      etag: "$object",
      "content-md5": "$smallMd5",
    },
  },
  { run: "os object head --bucket-name box --name none", fails: 1 },
  { run: "os object get --bucket-name box --name in/one --file - --range bytes=0-3", text: "smal" },
  {
    run: "os object get --bucket-name box --name in/one --file - --if-match wrong",
    refused: { status: 412, code: "IfMatchFailed" },
  },
  { run: "os object list --bucket-name box --prefix in/ --query data[*].name", prints: ["in/one", "in/two"] },
  {
    run: "os object list --bucket-name box --delimiter /",
    prints: { data: [{ name: "three", size: 6 }], prefixes: ["in/"] },
  },
  {
    run: "os object list --bucket-name box --limit 2 --fields name,size",
    prints: { data: [{ name: "in/one", size: 6 }, { name: "in/two" }], "next-start-with": "three" },
  },
  { run: "os object list --bucket-name box --start three --query data[*].name", prints: ["three"] },
  {
    run: "os object put --bucket-name box --file $home/large --name large --part-size 10 --parallel-upload-count 2",
    prints: { etag: expect.any(String), "opc-multipart-md5": expect.stringMatching(/-3$/) },
  },
  { run: 'os object head --bucket-name box --name large --query "content-length"', prints: "$largeSize" },
  { run: "os object get --bucket-name box --name large --file $home/back", prints: null },
  { run: "os multipart list --bucket-name box", prints: null },
  { run: "os object rename --bucket-name box --source-name three --new-name four" },
  { run: "os object list --bucket-name box --prefix four --query data[*].name", prints: ["four"] },
  { run: "os object rename --bucket-name box --source-name four --new-name three" },
  {
    run: "os object bulk-download --bucket-name box --prefix in/ --download-dir $home/down",
    prints: { "skipped-objects": [], "download-failures": {} },
  },
  {
    run: "os object bulk-upload --bucket-name chest --src-dir $home/down",
    prints: { "skipped-objects": [], "upload-failures": {}, "uploaded-objects": { "in/one": {}, "in/two": {} } },
  },
  {
    run: "os object bulk-delete --bucket-name chest --force",
    prints: { "delete-failures": {}, "deleted-objects": expect.arrayContaining(["in/one", "in/two"]) },
  },
  {
    run: "os preauth-request create --bucket-name box --name read --access-type ObjectRead --object-name in/one --time-expires 2100-01-01T00:00:00Z",
    prints: { data: { name: "read", "access-type": "ObjectRead", "access-uri": expect.stringContaining(`/n/`) } },
    keep: { par: "data.id" },
  },
  { run: "os preauth-request list --bucket-name box --query data[*].id", prints: ["$par"] },
  { run: "os preauth-request delete --bucket-name box --par-id $par --force", prints: null },
  {
    run: "os object delete --bucket-name box --name in/one --force --if-match wrong",
    refused: { status: 412, code: "IfMatchFailed" },
  },
  { run: "os object delete --bucket-name box --name in/one --force", prints: null },
  { run: "os object delete --bucket-name box --name in/one --force", refused: { status: 404, code: "ObjectNotFound" } },
  { run: "os bucket delete --name box --force", refused: { status: 409, code: "BucketNotEmpty" } },
  {
    run: "os bucket delete --name box --empty --force",
    refused: { status: 400, code: "NotPlayed", message: expect.stringContaining("replicationPolicies") },
  },
  { run: "os object bulk-delete --bucket-name box --force", prints: { "delete-failures": {} } },
  { run: "os bucket delete --name box --force", prints: null },
  { run: "os bucket delete --name chest --force", prints: null },
  { run: "os bucket get --name chest", refused: { status: 404, code: "BucketNotFound" } },
];
