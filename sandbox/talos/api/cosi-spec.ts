/** How the specs of resources are written: in protobuf for programs, in YAML for people. */
import { join } from "node:path";
import { loadSync } from "@grpc/proto-loader";
import { stringify } from "yaml";

type SpecName =
  | "MachineConfig"
  | "MachineType"
  | "Member"
  | "Identity"
  | "EtcdMember"
  | "Hostname"
  | "NodeAddress"
  | "Nodename"
  | "NodeStatus"
  | "Kubelet"
  | "Manifests"
  | "APIServer"
  | "Component"
  | "StaticPod"
  | "MachineStatus"
  | "Service"
  | "Version"
  | "Volume"
  | "SystemDisk"
  | "Definition";

/** A resource's spec, in both forms that clients read. */
export interface Spec {
  readonly proto_spec: Buffer;
  readonly yaml_spec: string;
}

type Writers = Readonly<Record<string, { requestSerialize(message: object): Buffer }>>;
let loaded: Writers | null = null;

function writers(): Writers {
  if (loaded) return loaded;
  const includeDirs = [join(import.meta.dirname, "proto")];
  const service = loadSync("specs.proto", { includeDirs, keepCase: true, enums: String })["specs.Specs"];
  if (service === undefined || "format" in service) throw new Error("specs.proto declares no service specs.Specs");
  loaded = service;
  return service;
}

/** @param people the same as Talos shows it in YAML. @default - as in protobuf */
export function specOf(name: SpecName, message: object, people: unknown = message): Spec {
  const writer = writers()[name];
  if (!writer) throw new Error(`specs.proto has no ${name}`);
  return { proto_spec: writer.requestSerialize(message), yaml_spec: stringify(people) };
}

/** An IPv4 address in bytes. */
export function bytesOf(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}

/** `google.protobuf.Struct` of a plain object. */
export function structOf(object: Readonly<Record<string, unknown>>): object {
  return { fields: Object.fromEntries(Object.entries(object).map(([key, value]) => [key, valueOf(value)])) };
}

function valueOf(value: unknown): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return { numberValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(valueOf) } };
  return { structValue: structOf({ ...Object(value) }) };
}
