/** Two hosts of a lab, with what the oci stack has cloud-init write on each. */
import { parseConfig } from "../../config/parse.ts";
import { dnatRules, guestRules, hostFacts, hostRules } from "../../constructs/oci/host-files.ts";
import { planOnProxmox } from "../../topology/plan.ts";
import type { GuestProps } from "./guest.ts";

export type HostProps = Required<Pick<GuestProps, "name" | "network" | "cloudConfig">>;

const planned = planOnProxmox(
  parseConfig({
    preset: "free-pair",
    name: "test-lab",
    oci: { region: "eu-frankfurt-1" },
    access: { adminCidrs: ["203.0.113.7/32"] },
  }),
);

/** QEMU gives them other addresses than OCI would. */
const topology = {
  ...planned,
  hosts: planned.hosts.map((host, index) => ({ ...host, address: `10.0.${2 + index}.15` })),
};

export const HOSTS: readonly HostProps[] = topology.hosts.map((host, index) => {
  const file = (path: string, content: string) => ({ path, content, owner: "root:root", permissions: "0644" });
  return {
    name: host.name,
    network: 2 + index,
    cloudConfig: {
      hostname: host.name,
      fqdn: host.fqdn,
      preserve_hostname: false,
      manage_etc_hosts: false,
      write_files: [
        file("/etc/ampere-lab/host.json", JSON.stringify(hostFacts(topology, host))),
        file("/etc/nftables.d/ampere-lab-api.nft", dnatRules(topology, host)),
        file("/etc/nftables.d/ampere-lab-hosts.nft", hostRules(topology)),
        file("/etc/nftables.d/ampere-lab-guests.nft", guestRules(topology)),
      ],
    },
  };
});
