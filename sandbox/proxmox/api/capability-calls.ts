/** What a host's QEMU can do (qemu-server 9.2.6, API2/Qemu/CPU.pm and Machine.pm). */
import type { Pve } from "../model/context.ts";
import { cpuModels, modelsOf } from "../model/cpu-models.ts";
import type { Data, Parameters } from "./http.ts";
import { get, type Route } from "./route.ts";

const PATH = "nodes/{node}/capabilities";
const QEMU = `${PATH}/qemu`;

const archOf = ({ host }: Pve, { arch }: Parameters): "x86_64" | "aarch64" =>
  (arch ?? (host.kind === "x86-kvm" ? "x86_64" : "aarch64")) === "x86_64" ? "x86_64" : "aarch64";

const AMD = /^(EPYC|Opteron|athlon|phenom)/;
const NOBODYS = /^(kvm|qemu)\d|^(max|host|x86-64-v)/;

function vendorOf(arch: string, name: string): string {
  if (arch === "aarch64") return name === "max" || name === "host" ? "default" : name === "a64fx" ? "Fujitsu" : "ARM";
  if (NOBODYS.test(name)) return "default";
  return AMD.test(name) ? "AuthenticAMD" : "GenuineIntel";
}

function models(pve: Pve, parameters: Parameters): Data {
  const arch = archOf(pve, parameters);
  const own = Object.entries(cpuModels(pve)).map(([name, section]) => ({
    name: `custom-${name}`,
    custom: 1,
    vendor: vendorOf(arch, String(section["reported-model"] ?? "kvm64")),
  }));
  return [...[...modelsOf(arch)].map((name) => ({ name, custom: 0, vendor: vendorOf(arch, name) })), ...own];
}

/** Versions of QEMU whose machines this one still has. */
const VERSIONS = "10.1 10.0 9.2 9.1 9.0 8.2 8.1 8.0 7.2 7.1 7.0 6.2 6.1 6.0 5.2 5.1 5.0".split(" ");

function machines(pve: Pve, parameters: Parameters): Data {
  const isX86 = archOf(pve, parameters) === "x86_64";
  const types = isX86 ? { q35: "pc-q35", i440fx: "pc-i440fx" } : { virt: "virt" };
  return VERSIONS.flatMap((version) =>
    Object.entries(types).map(([type, id]) => ({ id: `${id}-${version}`, type, version })),
  );
}

const FLAGS: Readonly<Record<string, string>> = {
  "nested-virt": "Virtualization in the guest.",
  "md-clear": "Tells the guest whether it is safe from MDS.",
  pcid: "Makes the mitigation of Meltdown cheaper.",
  "spec-ctrl": "Mitigates Spectre on Intel's processors.",
  ssbd: "Mitigates CVE-2018-3639 on Intel's processors.",
  ibpb: "Mitigates Spectre on AMD's processors.",
  "virt-ssbd": "Mitigates CVE-2018-3639 on AMD's processors, by software.",
  "amd-ssbd": "Mitigates CVE-2018-3639 on AMD's processors.",
  "amd-no-ssb": "Tells the guest that it is safe from CVE-2018-3639.",
  pdpe1gb: "Pages of 1 GB.",
  "hv-tlbflush": "Windows guests flush translations by the hypervisor.",
  "hv-evmcs": "Nested Hyper-V on Intel's processors.",
  aes: "AES in the processor.",
};

/** The calls. */
export const routes: readonly Route[] = [
  get(PATH, () => [{ name: "qemu" }]),
  get(QEMU, () => ["cpu", "cpu-flags", "machines", "migration"].map((name) => ({ name }))),
  get(`${QEMU}/cpu`, models),
  get(`${QEMU}/cpu-flags`, (pve, parameters) =>
    archOf(pve, parameters) === "x86_64"
      ? Object.entries(FLAGS).map(([name, description]) => ({ name, description }))
      : [],
  ),
  get(`${QEMU}/machines`, machines),
  get(`${QEMU}/migration`, () => ({ "has-dbus-vmstate": 1 })),
];
