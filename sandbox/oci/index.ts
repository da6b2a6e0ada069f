/** The sandbox's OCI tenancy: Terraform's resource types, what exists, and what people are told of it. */
export { ociOverview, type OciOverview } from "./overview.ts";
export { emptyOci } from "./tenancy.ts";
export { ociInventory } from "./terraform/inventory.ts";
export { ociProvider } from "./terraform/provider.ts";
