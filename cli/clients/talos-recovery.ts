/** What of Talos' API wipes etcd's data on a control plane, and puts a snapshot in their place. */
import type { ServiceError } from "@grpc/grpc-js";
import { type OpenService, reason, serviceAt, type TalosAdmin } from "./talos.ts";

/** A control plane, as who keeps etcd's data sees it. Each call throws an Error in one line. */
export interface EtcdKeeper {
  /** Wipes etcd's data, and all else that is not configuration, and reboots: the partition EPHEMERAL. */
  wipe(): Promise<void>;
  /** Sends a snapshot to a machine whose etcd waits, and bootstraps etcd from it. */
  recover(snapshot: Buffer): Promise<void>;
  close(): void;
}

/** A snapshot has megabytes, by way of a tunnel. */
const TRANSFER_MS = 300_000;
/** Talos says yes to a reset at once, and does it later. */
const CALL_MS = 30_000;
/** Below the 4 MiB that gRPC takes in one message. */
const CHUNK_BYTES = 64 << 10;

interface Method {
  readonly path: string;
  readonly requestSerialize: (value: object) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => object;
}

function methodOf({ definition }: OpenService, name: string): Method {
  const method = definition[name];
  if (method === undefined) throw new Error(`no ${name} in the definition of Talos' API`);
  return method;
}

function call(service: OpenService, name: string, request: object): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = methodOf(service, name);
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null): void => (error === null ? resolve() : reject(failed(error, CALL_MS)));
    const limit = { deadline: Date.now() + CALL_MS };
    service.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, limit, done);
  });
}

function failed(error: ServiceError, limitMs: number): Error {
  return new Error(reason(error, limitMs));
}

function upload(service: OpenService, snapshot: Buffer): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = methodOf(service, "EtcdRecover");
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null): void =>
      error === null ? resolve() : reject(failed(error, TRANSFER_MS));
    const limit = { deadline: Date.now() + TRANSFER_MS };
    const stream = service.client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, limit, done);
    // Its errors reach `done`.
    stream.on("error", () => undefined);
    for (let at = 0; at < snapshot.length; at += CHUNK_BYTES)
      stream.write({ bytes: snapshot.subarray(at, at + CHUNK_BYTES) });
    stream.end();
  });
}

/** The control plane of a name, at a loopback port. */
export function etcdKeeperAt(admin: TalosAdmin, name: string, port: number): EtcdKeeper {
  const service = serviceAt(admin, name, port);
  return {
    wipe: () =>
      call(service, "Reset", {
        graceful: false,
        reboot: true,
        system_partitions_to_wipe: [{ label: "EPHEMERAL", wipe: true }],
      }),
    async recover(snapshot) {
      await upload(service, snapshot);
      await call(service, "Bootstrap", { recover_etcd: true });
    },
    close: () => service.client.close(),
  };
}
