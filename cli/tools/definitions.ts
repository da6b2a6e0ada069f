/** What `lab tools` can build: each by a Go module under tools/, which pins it and all it is made of. */
import { join } from "node:path";

export type ToolName = "opentofu" | "proxmox" | "sops";

export interface Tool {
  readonly name: ToolName;
  /** As people call it. */
  readonly title: string;
  /** The folder of the Go module. */
  readonly module: string;
  /** The main package. */
  readonly package: string;
  /** The binary's name. */
  readonly file: string;
  /** For the linker: `-s -w` leaves out what only debuggers read. */
  readonly link: string;
}

const folder = (name: string): string => join(import.meta.dirname, "../../tools", name);

export const OPENTOFU: Tool = {
  name: "opentofu",
  title: "OpenTofu",
  module: folder("opentofu"),
  package: "github.com/opentofu/opentofu/cmd/tofu",
  file: "tofu",
  // Releases are told from other builds by `dev`.
  link: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
};

export const PROXMOX_PROVIDER: Tool = {
  name: "proxmox",
  title: "the provider bpg/proxmox",
  module: folder("proxmox-provider"),
  package: "github.com/bpg/terraform-provider-proxmox",
  file: "terraform-provider-proxmox_v0.111.1",
  link: "-s -w",
};

export const SOPS: Tool = {
  name: "sops",
  title: "sops",
  module: folder("sops"),
  package: "github.com/getsops/sops/v3/cmd/sops",
  file: "sops",
  link: "-s -w",
};

export const TOOLS: readonly Tool[] = [OPENTOFU, PROXMOX_PROVIDER, SOPS];
