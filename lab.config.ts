/** The one file to edit. Every field, and what it may be, is in docs/config.md. */
import { defineLab } from "./config/index.ts";

export default defineLab({
  // free: one host with all that is free. free-pair: a real Proxmox cluster of two. payg: three hosts, and a bill.
  preset: "free",
  name: "ampere-lab",
  oci: {
    // Your tenancy's home region: Always Free resources exist nowhere else.
    region: "eu-frankfurt-1",
    // The address that the budget alert mails; without it nobody is mailed.
    // budget: { email: "you@example.org" },
  },
  access: {
    // Your public address. This is one for documentation, which lets nobody in: `curl https://ifconfig.me` prints yours.
    adminCidrs: ["203.0.113.7/32"],
  },
});
