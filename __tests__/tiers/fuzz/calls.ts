/** What each HTTP API is called with. */
import { ROUTES as OCI_ROUTES } from "../../../sandbox/oci/api/routes.ts";
import { ROUTES as PVE_ROUTES } from "../../../sandbox/proxmox/api/routes.ts";
import { type Property, schemaOf } from "../../../sandbox/proxmox/api/schema.ts";
import type { WorldState } from "../../../sandbox/world/world.ts";
import type { KnownCall } from "./requests.ts";

export const plainGet = (path: string): KnownCall => ({ method: "GET", path, fields: {} });

function valuesOf({ type, enum: allowed, minimum, maximum }: Property): readonly string[] {
  if (allowed) return allowed;
  if (type === "boolean") return ["0", "1"];
  if (type === "integer" || type === "number") return ["1", "2", "100", String(minimum ?? 0), String(maximum ?? 4096)];
  return [];
}

/** Every call of PVE's API that the sandbox has, with its parameters as PVE's own schema has them. */
export function pveCalls(): readonly KnownCall[] {
  return PVE_ROUTES.map(({ method, path }) => {
    const parameters = Object.entries(schemaOf(`${method} ${path}`).parameters ?? {});
    const named = parameters.map(([name, property]) => [name.replace("[n]", "0"), valuesOf(property)]);
    return { method, path: `/api2/json/${path}`, fields: Object.fromEntries(named) };
  });
}

/** Every call of OCI's API that the sandbox has; what it must not lack mostly comes along. */
export function ociCalls({ oci }: WorldState): readonly KnownCall[] {
  const [vcn] = oci.vcns;
  const common = {
    compartmentId: [oci.tenancyId, ...oci.compartments.map(({ id }) => id)],
    vcnId: oci.vcns.map(({ id }) => id),
    subnetId: oci.subnets.map(({ id }) => id),
    instanceId: oci.instances.map(({ id }) => id),
    availabilityDomain: oci.instances.map(({ availabilityDomain }) => availabilityDomain),
    displayName: ["a", "b"],
    name: ["a", "b"],
    cidrBlock: [...(vcn?.cidrBlocks ?? []), "10.9.0.0/24"],
    limit: ["1", "2", "0"],
    action: ["START", "STOP", "RESET"],
  };
  return OCI_ROUTES.map(({ method, path }) => ({ method, path: path.replaceAll("+}", "}"), fields: common }));
}
