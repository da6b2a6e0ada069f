/** Calls about the CPU models that somebody defined (pve-manager 9.2, `API2/Cluster/Qemu/CustomCPUModels.pm`). */
import type { Section } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { cpuModel, cpuModels, createCpuModel, deleteCpuModel, updateCpuModel } from "../model/cpu-models.ts";
import { failure } from "../model/errors.ts";
import { may } from "../model/permissions.ts";
import { listOf } from "./formats.ts";
import { type Data, needed, type Parameters } from "./http.ts";
import { digestOf } from "./values.ts";

const NO_OPTIONS = new Set(["cputype", "delete", "digest"]);
const NUMBERS = new Set(["hidden", "level", "guest-phys-bits"]);
const VISIBLE = ["Mapping.Modify", "Mapping.Use", "Mapping.Audit"];

function options(parameters: Parameters): Section {
  const given = Object.entries(parameters).filter(([name]) => !NO_OPTIONS.has(name));
  return Object.fromEntries(given.map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value]));
}

function shown(pve: Pve, name: string): { readonly [key: string]: Data } {
  const entries = Object.entries(cpuModel(pve, name)).flatMap(([key, value]): [string, Data][] =>
    typeof value === "string" || typeof value === "number" ? [[key, value]] : [],
  );
  return { ...Object.fromEntries(entries), cputype: `custom-${name}`, digest: digestOf(cpuModels(pve)) };
}

/** `GET cluster/qemu/custom-cpu-models` */
export function list(pve: Pve): Data {
  const names = Object.keys(cpuModels(pve)).toSorted();
  return names.filter((name) => may(pve, `/mapping/cpu/${name}`, VISIBLE, true)).map((name) => shown(pve, name));
}

/** `GET cluster/qemu/custom-cpu-models/{cputype}` */
export function info(pve: Pve, parameters: Parameters): Data {
  return shown(pve, needed(parameters, "cputype").replace(/^custom-/, ""));
}

/** `POST cluster/qemu/custom-cpu-models` */
export const create = (pve: Pve, parameters: Parameters): void =>
  createCpuModel(pve, needed(parameters, "cputype"), options(parameters));

/** `PUT cluster/qemu/custom-cpu-models/{cputype}` */
export function update(pve: Pve, parameters: Parameters): void {
  const { digest } = parameters;
  if (digest !== undefined && digest !== digestOf(cpuModels(pve))) {
    throw failure("detected modified configuration - file changed by other user? Try again.");
  }
  updateCpuModel(pve, needed(parameters, "cputype"), options(parameters), listOf(parameters.delete));
}

/** `DELETE cluster/qemu/custom-cpu-models/{cputype}` */
export const remove = (pve: Pve, parameters: Parameters): void => deleteCpuModel(pve, needed(parameters, "cputype"));
