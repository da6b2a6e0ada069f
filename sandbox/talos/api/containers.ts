/** Containers, images, processes and sockets of a machine (siderolabs/talos v1.13.9). */
import { z } from "zod";
import {
  containersOf,
  type Image,
  imagesOf,
  listenersOf,
  type Namespace,
  pidOf,
  processesOf,
} from "../model/inside/containers.ts";
import { record } from "../model/journal.ts";
import { type ConfiguredMachine, MachineError } from "../model/machines.ts";
import { install } from "../model/lifecycle.ts";
import { sinceOf } from "../model/services.ts";
import { ADMIN, type Context, type Message, type Method, onConfigured, type PlainMethod, READERS } from "./method.ts";

const namespaced = z.object({ namespace: z.string() });
const namespaceOf = (request: unknown): Namespace =>
  namespaced.parse(request).namespace === "k8s.io" ? "k8s.io" : "system";

const CONTAINERD = z
  .enum(["NS_UNKNOWN", "NS_SYSTEM", "NS_CRI"])
  .transform((name): Namespace => (name === "NS_CRI" ? "k8s.io" : "system"));
const instance = z.object({ containerd: z.object({ namespace: CONTAINERD }).nullish() });

const MIB = 1024 ** 2;

/** @throws MachineError for a reference that names no image */
function pull({ world }: Context, { entry }: ConfiguredMachine, namespace: Namespace, reference: string): void {
  if (!/^[\w.-]+(?::\d+)?(?:\/[\w.-]+)+(?::[\w.-]+|@sha256:[0-9a-f]{64})$/.test(reference))
    throw new MachineError("InvalidArgument", `failed to parse image reference ${JSON.stringify(reference)}`);
  entry.images = [...new Set([...(entry.images ?? []), `${namespace} ${reference}`])];
  record(entry, world.now(), "machined", `pulled image ${reference}`);
  world.changed();
}

/** @throws MachineError in maintenance, where there is no containerd for them */
function configured({ machine }: Context): ConfiguredMachine {
  if (machine.stage === "configured") return machine;
  throw new MachineError("Unavailable", "the machine has no configuration yet");
}

function imageMessage({ world, machine }: Context, image: Image): Message {
  const seconds = Math.floor(Date.parse(sinceOf({ world, machine })) / 1000);
  return { ...image, created_at: { seconds, nanos: 0 } };
}

/** Methods of the machine service about what runs. */
export const containerMethods: Readonly<Record<string, Method>> = {
  Containers: {
    roles: READERS,
    run(context, request) {
      const namespace = namespaceOf(request);
      const containers = containersOf(context, namespace).map(({ pod = "", ...each }) => ({
        ...each,
        namespace,
        pod_id: pod,
        status:
          namespace === "k8s.io" && pod !== each.id
            ? "CONTAINER_RUNNING"
            : namespace === "k8s.io"
              ? "SANDBOX_READY"
              : "RUNNING",
      }));
      return { containers };
    },
  },
  Stats: {
    roles: READERS,
    run(context, request) {
      const namespace = namespaceOf(request);
      const stats = containersOf(context, namespace).map(({ id, name, pod = "", pid }) => ({
        namespace,
        id,
        name,
        pod_id: pod,
        memory_usage: (20 + (pid % 100)) * MIB,
        cpu_usage: pid * 1_000_000,
      }));
      return { stats };
    },
  },
  Processes: {
    roles: READERS,
    run: (context) => ({
      processes: processesOf(context).map((each) => ({
        ...each,
        state: "S",
        threads: 8,
        cpu_time: 1,
        virtual_memory: 1024 * MIB,
        resident_memory: 32 * MIB,
        executable: each.args,
      })),
    }),
  },
  Netstat: {
    roles: READERS,
    run(context, request) {
      const { filter } = z.object({ filter: z.string() }).parse(request);
      const listening = listenersOf(context).map(({ port, program }) => ({
        l4proto: "tcp",
        localip: "0.0.0.0",
        localport: port,
        remoteip: "0.0.0.0",
        remoteport: 0,
        state: "LISTEN",
        process: { pid: pidOf(program), name: program },
      }));
      // Connections between machines are no objects of the world.
      return { connectrecord: filter === "CONNECTED" ? [] : listening };
    },
  },
  Restart: onConfigured(ADMIN, ({ entry }, context, request) => {
    const { id } = z.object({ id: z.string() }).parse(request);
    const namespace = namespaceOf(request);
    const found = containersOf(context, namespace).find((each) => each.id === id);
    if (!found) throw new MachineError("Unknown", `container ${JSON.stringify(id)} not found`);
    record(entry, context.world.now(), found.name, "restarted");
    context.world.changed();
    return {};
  }),
  ImageList: {
    roles: READERS,
    run: (context, request) =>
      imagesOf(context, z.object({ namespace: CONTAINERD }).parse(request).namespace).map((each) =>
        imageMessage(context, each),
      ),
  },
  ImagePull: onConfigured(ADMIN, (machine, context, request) => {
    const { namespace, reference } = z.object({ namespace: CONTAINERD, reference: z.string() }).parse(request);
    pull(context, machine, namespace, reference);
    return {};
  }),
};

/** Methods of the image service. */
export const imageMethods: Readonly<Record<string, PlainMethod>> = {
  List: {
    roles: READERS,
    plain: (context, request) =>
      imagesOf(context, instance.parse(request).containerd?.namespace ?? "system").map((each) =>
        imageMessage(context, each),
      ),
  },
  Pull: {
    roles: ADMIN,
    plain(context, request) {
      const { containerd, image_ref: name } = instance.extend({ image_ref: z.string() }).parse(request);
      pull(context, configured(context), containerd?.namespace ?? "system", name);
      return [{ name }];
    },
  },
  Remove: {
    roles: ADMIN,
    plain(context, request) {
      const { containerd, image_ref: name } = instance.extend({ image_ref: z.string() }).parse(request);
      const { entry } = configured(context);
      const key = `${containerd?.namespace ?? "system"} ${name}`;
      if (!entry.images?.includes(key)) throw new MachineError("NotFound", `image ${JSON.stringify(name)}: not found`);
      entry.images = entry.images.filter((each) => each !== key);
      context.world.changed();
      return [{}];
    },
  },
};

/** Methods of the lifecycle service: what is installed runs after the next boot. */
export const lifecycleMethods: Readonly<Record<string, PlainMethod>> = {
  Upgrade: {
    roles: ADMIN,
    plain(context, request) {
      const schema = instance.extend({ source: z.object({ image_name: z.string() }) });
      const { containerd, source } = schema.parse(request);
      const known = imagesOf(context, containerd?.namespace ?? "system").some(({ name }) => name === source.image_name);
      if (!known)
        throw new MachineError("NotFound", `image ${JSON.stringify(source.image_name)} not found: pull it first`);
      install(context.world, configured(context), source.image_name);
      const message = `installing ${source.image_name}`;
      return [{ progress: { message } }, { progress: { exit_code: 0 } }];
    },
  },
};
