/** CPU models: QEMU's own, and those of `/etc/pve/virtual-guest/cpu-models.conf` (qemu-server 9.2.6, `CPUConfig.pm`). */
import type { Section } from "../../world/proxmox.ts";
import { assertWritable, type Pve, ROOT } from "./context.ts";
import { badParameter, failure } from "./errors.ts";
import { assertMay } from "./permissions.ts";
import { properties } from "./properties.ts";

const AARCH64 = new Set(
  "a64fx cortex-a35 cortex-a53 cortex-a55 cortex-a57 cortex-a710 cortex-a72 cortex-a76 neoverse-n1 neoverse-n2 neoverse-v1 max host".split(
    " ",
  ),
);
const X86_64 = new Set(
  (
    "486 pentium pentium2 pentium3 coreduo core2duo Conroe Penryn Nehalem Nehalem-IBRS Westmere Westmere-IBRS " +
    "SandyBridge SandyBridge-IBRS IvyBridge IvyBridge-IBRS Haswell Haswell-IBRS Haswell-noTSX Haswell-noTSX-IBRS " +
    "Broadwell Broadwell-IBRS Broadwell-noTSX Broadwell-noTSX-IBRS Skylake-Client Skylake-Client-IBRS " +
    "Skylake-Client-noTSX-IBRS Skylake-Client-v4 Skylake-Server Skylake-Server-IBRS Skylake-Server-noTSX-IBRS " +
    "Skylake-Server-v4 Skylake-Server-v5 Cascadelake-Server Cascadelake-Server-v2 Cascadelake-Server-noTSX " +
    "Cascadelake-Server-v4 Cascadelake-Server-v5 Cooperlake Cooperlake-v2 KnightsMill Icelake-Client Icelake-Client-noTSX " +
    "Icelake-Server Icelake-Server-noTSX Icelake-Server-v3 Icelake-Server-v4 Icelake-Server-v5 " +
    "Icelake-Server-v6 Icelake-Server-v7 SapphireRapids SapphireRapids-v2 SapphireRapids-v3 SapphireRapids-v4 " +
    "GraniteRapids GraniteRapids-v2 GraniteRapids-v3 SierraForest SierraForest-v2 SierraForest-v3 " +
    "ClearwaterForest athlon phenom Opteron_G1 Opteron_G2 Opteron_G3 Opteron_G4 Opteron_G5 EPYC EPYC-IBPB " +
    "EPYC-v3 EPYC-v4 EPYC-v5 EPYC-Rome EPYC-Rome-v2 EPYC-Rome-v3 EPYC-Rome-v4 EPYC-Rome-v5 EPYC-Milan EPYC-Milan-v2 " +
    "EPYC-Milan-v3 EPYC-Genoa EPYC-Genoa-v2 EPYC-Turin kvm32 kvm64 qemu32 qemu64 max host x86-64-v2 " +
    "x86-64-v2-AES x86-64-v3 x86-64-v4"
  ).split(" "),
);

/** QEMU's own models of an architecture. */
export const modelsOf = (arch: "x86_64" | "aarch64"): ReadonlySet<string> => (arch === "x86_64" ? X86_64 : AARCH64);

const CUSTOM = /^custom-/;
const nameOf = (cputype: string): string => cputype.replace(CUSTOM, "");

/** Those that somebody defined, by name. */
export const cpuModels = ({ datacenter }: Pick<Pve, "datacenter">): Readonly<Record<string, Section>> =>
  datacenter.cpuModels ?? {};

/** @param cputype with or without `custom-` */
export function cpuModel(pve: Pick<Pve, "datacenter">, cputype: string): Section {
  const found = cpuModels(pve)[nameOf(cputype)];
  if (!found) throw failure(`Custom cputype '${nameOf(cputype)}' not found`);
  return found;
}

/** Defines one. @throws PveError */
export function createCpuModel(pve: Pve, cputype: string, options: Section): void {
  const name = nameOf(cputype);
  if (cpuModels(pve)[name]) throw failure(`custom CPU model '${name}' already exists`);
  keep(pve, name, options);
}

/** Changes one. @throws PveError */
export function updateCpuModel(pve: Pve, cputype: string, options: Section, deleted: readonly string[]): void {
  const name = nameOf(cputype);
  for (const fixed of ["cputype", "reported-model"]) {
    if (deleted.includes(fixed)) throw failure(`cannot delete '${fixed}'`);
  }
  const before = cpuModels(pve)[name];
  if (!before) throw failure(`custom CPU model '${name}' does not exist`);
  const kept = Object.entries(before).filter(([key]) => !deleted.includes(key));
  keep(pve, name, { ...Object.fromEntries(kept), ...options });
}

/** Removes one. @throws PveError */
export function deleteCpuModel(pve: Pve, cputype: string): void {
  const name = nameOf(cputype);
  if (!cpuModels(pve)[name]) throw failure(`custom CPU model '${name}' does not exist`);
  const { [name]: _gone, ...rest } = cpuModels(pve);
  assertWritable(pve);
  pve.datacenter.cpuModels = rest;
  pve.world.changed();
}

function keep(pve: Pve, name: string, options: Section): void {
  assertWritable(pve);
  pve.datacenter.cpuModels = { ...cpuModels(pve), [name]: options };
  pve.world.changed();
}

/** The type that a machine's `cpu` names; PVE's default under TCG is `max`. */
function cpuTypeOf(cpu: string | undefined): string {
  return properties(cpu ?? "max", "cputype").get("cputype") ?? "max";
}

/** What a machine may be configured with. @throws 400 for a type that is nobody's */
export function assertCpuType(pve: Pve, cpu: string): void {
  const cputype = cpuTypeOf(cpu);
  if (!CUSTOM.test(cputype)) {
    if (AARCH64.has(cputype) || X86_64.has(cputype)) return;
    const why = `Built-in cputype '${cputype}' is not defined (missing 'custom-' prefix?)`;
    throw badParameter({ cpu: `invalid format - ${why}` });
  }
  if (!cpuModels(pve)[nameOf(cputype)]) {
    throw badParameter({ cpu: `invalid format - Custom cputype '${nameOf(cputype)}' not found` });
  }
}

/** Setting a custom type, and cloning a machine that has one, takes a privilege of its own. */
export function assertMayUseCpu(pve: Pve, cpu: string | undefined): void {
  const cputype = cpuTypeOf(cpu);
  if (pve.user !== ROOT && CUSTOM.test(cputype)) assertMay(pve, `/mapping/cpu/${nameOf(cputype)}`, ["Mapping.Use"]);
}

/** What a machine's processor is made with. */
interface Processor {
  readonly arch: "aarch64" | "x86_64";
  readonly kvm: boolean;
}

/** What QEMU is started with. @throws for a model that is none of the architecture's */
export function reportedModel(pve: Pick<Pve, "datacenter">, cpu: string | undefined, { arch, kvm }: Processor): string {
  const cputype = cpu === undefined && arch === "x86_64" ? (kvm ? "kvm64" : "qemu64") : cpuTypeOf(cpu);
  const model = CUSTOM.test(cputype) ? String(cpuModel(pve, cputype)["reported-model"] ?? "kvm64") : cputype;
  if ((arch === "aarch64" ? AARCH64 : X86_64).has(model)) return model;
  throw failure(`CPU model '${model}' does not exist for configured vCPU architecture '${arch}'`);
}
