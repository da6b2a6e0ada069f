/** The services of Talos' API that the sandbox answers, and what does the work of their methods. */
import { join } from "node:path";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { applyConfiguration } from "./configuration.ts";
import { cosiMethods } from "./cosi.ts";
import { etcdMethods } from "./etcd.ts";
import { HELLO } from "./events.ts";
import { factMethods, read, storageMethods } from "./facts.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { type Method, type PlainMethod, READERS } from "./method.ts";
import { powerMethods } from "./power.ts";

/** A gRPC service with what answers its methods. */
export interface Service {
  readonly definition: ServiceDefinition;
  readonly methods: Readonly<Record<string, Method | PlainMethod>>;
}

const PROTO = join(import.meta.dirname, "proto");

/** The definitions alone, as a client needs them. */
export function definitionOf(
  name: "cosi.resource.State" | "machine.MachineService" | "storage.StorageService",
): ServiceDefinition {
  const files = ["machine.proto", "storage.proto", "cosi.proto"];
  const all = loadSync(files, { includeDirs: [PROTO], keepCase: true, longs: String, enums: String, defaults: true });
  const found = all[name];
  if (found === undefined || "format" in found) throw new Error(`${PROTO} declares no service ${name}`);
  return found;
}

let loaded: readonly Service[] | null = null;

/** Those that are played; read from the .proto files once. */
export function services(): readonly Service[] {
  loaded ??= [
    {
      definition: definitionOf("machine.MachineService"),
      methods: {
        ApplyConfiguration: applyConfiguration,
        Events: { roles: READERS, run: () => HELLO, goesOn: true },
        Kubeconfig: kubeconfig,
        Read: read,
        ...etcdMethods,
        ...factMethods,
        ...powerMethods,
      },
    },
    { definition: definitionOf("storage.StorageService"), methods: storageMethods },
    { definition: definitionOf("cosi.resource.State"), methods: cosiMethods },
  ];
  return loaded;
}
