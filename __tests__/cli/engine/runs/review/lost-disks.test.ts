import { lostDiskLine, lostDisks } from "../../../../../cli/engine/runs/review.ts";
import { reviewMarkdown } from "../../../../../cli/engine/runs/review-markdown.ts";
import { change, review, stack } from "./reviews.ts";

const MACHINES = {
  proxmox_virtual_environment_vm: {
    "template-pve-1_vm": { name: "talos-pve-1", node_name: "pve-1" },
    "cp-1_vm": { name: "cp-1", node_name: "pve-1" },
    "worker-1_vm": { name: "worker-1", node_name: "pve-2" },
  },
};
const disk = (action: "replace" | "update") =>
  stack("oci", { changes: [change({ address: "terraform_data.pve-1_disk", action })] });

describe("a host whose disk is made anew", () => {
  it("is told with the machines on it, and no others", () => {
    const disks = lostDisks([disk("replace")], [{}, MACHINES]);
    expect(disks.map(lostDiskLine)).toEqual(["pve-1 gets a new disk, and what is on it is lost: talos-pve-1, cp-1"]);
    expect(reviewMarkdown(review([disk("replace")], { lostDisks: disks }))).toContain("lost: talos-pve-1, cp-1");
  });

  it("is none where the disk stays", () => {
    expect(lostDisks([disk("update")], [MACHINES])).toEqual([]);
  });
});
