/** The sandbox's OCI tenancy: Terraform's resource types, and its overview. */
export { ociOverview, type OciOverview } from "./overview.ts";
export { emptyOci } from "./tenancy.ts";
export { ociInventory } from "./terraform/inventory.ts";
export { ociProvider } from "./terraform/provider.ts";
