/** Everything in the tenancy that a Terraform resource stands for, by the id that imports it. */
import type { Attributes } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import type { Bucket } from "../resources/bucket.ts";
import type { InventoryItem } from "../../world/world.ts";
import type { Resource } from "../kernel/resource.ts";
import { partItems } from "../kernel/part-terraform.ts";
import { declarations, parts } from "../resources/index.ts";

/** Buckets themselves are the uploader's, and no resource's. */
function bucketParts(namespace: string, bucket: Bucket): InventoryItem[] {
  const place = `n/${namespace}/b/${bucket.name}`;
  const requests = (bucket.preauthenticatedRequests ?? []).map(({ id, name }) => ({
    type: "oci_objectstorage_preauthrequest",
    id: `${place}/p/${id}`,
    name,
  }));
  const policy = { type: "oci_objectstorage_object_lifecycle_policy", id: `${place}/l`, name: bucket.name };
  return bucket.lifecyclePolicy ? [...requests, policy] : requests;
}

/** What is declared; what belongs to another object by itself is left out, until a resource takes it over. */
function declaredItems<B extends Attributes>(d: Resource<B>, tenancy: OciTenancy): InventoryItem[] {
  return d.all(tenancy).flatMap((record) => {
    const { displayName = null, name = displayName }: Attributes = record;
    const called = d.inventoryName ? d.inventoryName(record, tenancy) : String(name);
    return called === null ? [] : [{ type: d.type, id: record.id, name: called }];
  });
}

/** Every object that a Terraform resource stands for. */
export function ociInventory(tenancy: OciTenancy): InventoryItem[] {
  return [
    ...declarations.flatMap((each) => declaredItems(each, tenancy)),
    ...parts.flatMap((each) => partItems(each, tenancy)),
    ...tenancy.buckets.flatMap((bucket) => bucketParts(tenancy.namespace, bucket)),
  ];
}
