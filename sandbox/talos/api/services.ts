/** The services of Talos' API that the sandbox answers, and what does the work of their methods. */
import { join } from "node:path";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { applyConfiguration } from "./configuration.ts";
import { cosiMethods } from "./cosi.ts";
import { etcdMethods } from "./etcd.ts";
import { containerMethods, imageMethods, lifecycleMethods } from "./containers.ts";
import { factMethods, storageMethods, timeMethods } from "./facts.ts";
import { fileMethods } from "./files.ts";
import { healthCheck } from "./health.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { logMethods } from "./logs.ts";
import { metaMethods } from "./meta.ts";
import { type Method, notPlayed, type PlainMethod } from "./method.ts";
import { powerMethods } from "./power.ts";
import { serviceMethods } from "./service-calls.ts";

/** A gRPC service with what answers its methods. */
export interface Service {
  /** With its package: `machine.MachineService`. */
  readonly name: string;
  readonly definition: ServiceDefinition;
  readonly methods: Readonly<Record<string, Method | PlainMethod>>;
}

const PROTO = join(import.meta.dirname, "proto");

const FILES = ["machine", "storage", "cosi", "lifecycle", "time", "cluster", "inspect"].map((name) => `${name}.proto`);

/** What answers the methods of each service. */
const METHODS: Readonly<Record<string, Service["methods"]>> = {
  "machine.MachineService": {
    ApplyConfiguration: applyConfiguration,
    Kubeconfig: kubeconfig,
    ...containerMethods,
    ...etcdMethods,
    ...factMethods,
    ...fileMethods,
    ...logMethods,
    ...metaMethods,
    ...powerMethods,
    ...serviceMethods,
  },
  "machine.ImageService": imageMethods,
  "machine.LifecycleService": lifecycleMethods,
  "storage.StorageService": storageMethods,
  "time.TimeService": timeMethods,
  "cluster.ClusterService": { HealthCheck: healthCheck },
  "inspect.InspectService": { ControllerRuntimeDependencies: notPlayed("the dependencies of controllers") },
  "cosi.resource.State": cosiMethods,
};

/** Reads the .proto files: once for all of the services, as that takes its time. */
let read: ReturnType<typeof loadSync> | null = null;

/** The definitions alone, as a client needs them. */
export function definitionOf(name: string): ServiceDefinition {
  read ??= loadSync(FILES, { includeDirs: [PROTO], keepCase: true, longs: String, enums: String, defaults: true });
  const found = read[name];
  if (found === undefined || "format" in found) throw new Error(`${PROTO} declares no service ${name}`);
  return found;
}

let loaded: readonly Service[] | null = null;

/** Those that are played. */
export function services(): readonly Service[] {
  loaded ??= Object.entries(METHODS).map(([name, methods]) => ({ name, definition: definitionOf(name), methods }));
  return loaded;
}
