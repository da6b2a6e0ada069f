/** Kubernetes for real use at no cost: Talos on one A1 instance, Cilium as network plugin, and a namespace that is there from the start. */
import { defineLab } from "../../config/index.ts";

export default defineLab({
  preset: "direct",
  name: "cilium-lab",
  oci: { region: "eu-frankfurt-1" },
  access: { adminCidrs: ["203.0.113.7/32"] },
  kubernetes: {
    cni: "cilium",
    inlineManifests: { web: "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n" },
  },
});
