/** More than the lab's own: a bucket for backups, in stack oci. */
import { defineLab } from "../../config/index.ts";
import { PlainResource } from "../../constructs/lab/plain-resource.ts";
import type { Lab } from "../../lab.ts";

export default defineLab({
  name: "more-lab",
  oci: { region: "eu-frankfurt-1" },
  access: { adminCidrs: ["203.0.113.7/32"] },
  extend({ oci }: Lab) {
    new PlainResource(oci, "backups", {
      type: "oci_objectstorage_bucket",
      arguments: {
        compartment_id: oci.outputs.compartmentId,
        namespace: oci.image.nodes.namespace.namespace,
        name: "backups",
      },
    });
  },
});
