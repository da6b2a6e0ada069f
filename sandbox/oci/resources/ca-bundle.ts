/** Bundles of certificates of authorities that are trusted, in the Certificates service. */
import { z } from "zod";
import { ACTIVE, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { conflict } from "../model/refusals.ts";
import { pem, requireUnused } from "./certificate.ts";

const SERVICE = "Certificates Management Ca Bundle";

const body = z.object({
  name: text.regex(/^[\w.-]+$/, "letters, digits, dashes, underscores and periods"),
  description: maybeText,
  caBundlePem: pem,
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    caBundles: Stored<z.output<typeof body>>[];
  }
}

/** Listeners and backend sets of load balancers trust it. */
export const caBundle: Resource<z.output<typeof body>> = {
  type: "oci_certificates_management_ca_bundle",
  service: SERVICE,
  path: "/20210224/caBundles",
  idType: "cabundle",
  ...ACTIVE,
  states: { ...ACTIVE.states, deleted: "DELETED" },
  listedAsItems: true,
  body,
  fixed: ["name"],
  hidden: ["caBundlePem"],
  all: (tenancy) => tenancy.caBundles,
  check({ name, compartmentId }, { call, before }) {
    const { caBundles } = call.world.state.oci;
    if (caBundles.some((each) => each.name === name && each.compartmentId === compartmentId && each.id !== before?.id))
      throw conflict(SERVICE, `The compartment ${compartmentId} has a CA bundle ${name} already.`, "name");
  },
  remove: ({ id }, call) => requireUnused(SERVICE, id, call),
};
