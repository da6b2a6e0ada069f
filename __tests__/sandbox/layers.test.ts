import { join } from "node:path";
import { describeLayers } from "../layers.ts";

/** From the bottom: a folder may import those before it, and itself. */
const LAYERS = [
  "faults",
  "http",
  "world",
  "plugin",
  "pki",
  "oci/model",
  "oci/kernel",
  "oci/resources",
  "oci/http",
  "oci/api/storage",
  "oci/api",
  "oci/terraform",
  "oci",
  "reach",
  "proxmox/model",
  "proxmox/api",
  "proxmox/terraform",
  "proxmox",
  "talos/model/config",
  "talos/model",
  "talos/model/resources",
  "talos/model/inside",
  "talos/api/kubernetes/objects",
  "talos/api/kubernetes/kinds",
  "talos/api/kubernetes/store",
  "talos/api/kubernetes/verbs",
  "talos/api/kubernetes/controllers",
  "talos/api/kubernetes",
  "talos/api",
  "talos/terraform",
  "talos",
  "shell",
  "ssh",
  "systems",
  "outside",
  "page",
  "daemon",
  ".",
];

const files = describeLayers("the sandbox's folders", join(__dirname, "../../sandbox"), LAYERS, [
  ['import { x } from "../../daemon/main.ts";', "proxmox/model/a.ts", ["daemon/main.ts"]],
  ['const { x } = await import("../terraform/vm.ts");', "proxmox/api/a.ts", ["proxmox/terraform/vm.ts"]],
  ['import type { X } from "../talos/index.ts";', "reach/a.ts", ["talos/index.ts"]],
  ['import type { X } from "../../world/world.ts";', "proxmox/model/a.ts", []],
  ['import { x } from "./hosts.ts";', "proxmox/model/a.ts", []],
]);

it("the sandbox's systems are laid out alike", () => {
  const foldersOf = (system: string): readonly string[] =>
    files.filter((file) => file.startsWith(`${system}/`)).flatMap((file) => file.split("/").slice(1, -1)[0] ?? []);
  for (const system of ["proxmox", "talos"])
    expect([...new Set(foldersOf(system))].toSorted()).toEqual(["api", "model", "terraform"]);
  // Its resources are declared; what is done with declarations is a kernel's, and how calls are answered a layer of its own.
  const oci = ["api", "http", "kernel", "model", "resources", "terraform"];
  expect([...new Set(foldersOf("oci"))].toSorted()).toEqual(oci);
});
