/** Calls of Talos' API with bytes that may be no message, and names that may be no method. */
import { type Client, credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import * as fc from "fast-check";
import { z } from "zod";
import { definitionOf } from "../../../sandbox/talos/api/services.ts";
import { readKey } from "../../../sandbox/pki/keys.ts";
import { attributeOf } from "./callers.ts";
import type { Interfaces } from "./interfaces.ts";

export interface TalosRequest {
  readonly path: string;
  readonly bytes: Buffer;
}

const SERVICES = ["machine.MachineService", "storage.StorageService"] as const;

export function talosRequest(): fc.Arbitrary<TalosRequest> {
  const known = SERVICES.flatMap((name) => Object.values(definitionOf(name)).map(({ path }) => path));
  return fc.record({
    path: fc.constantFrom(...known, "/machine.MachineService/Nothing", "/no.Service/Method", "/"),
    bytes: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  });
}

const configuration = z.object({
  ca_certificate: z.string(),
  client_certificate: z.string(),
  client_key: z.string(),
});

/** Whatever it calls has a deadline: a machine that is reset may leave a call alone. */
const PATIENCE_MS = 1000;

/** @returns sends a request, and answers its gRPC code */
export function talosCaller(interfaces: Interfaces, home: string): (request: TalosRequest) => Promise<number> {
  const client = configuration.parse(attributeOf(home, "proxmox", "talos_machine_secrets", "client_configuration"));
  const [ca, cert] = [client.ca_certificate, client.client_certificate].map((text) => Buffer.from(text, "base64"));
  const key = readKey(Buffer.from(client.client_key, "base64").toString()).export({ format: "pem", type: "pkcs8" });
  const Anything = makeGenericClientConstructor({}, "Anything");
  const connect = (): Client =>
    new Anything(
      `127.0.0.1:${interfaces.ports.talos}`,
      credentials.createSsl(ca ?? null, Buffer.from(key), cert ?? null),
    );
  let current = connect();
  return ({ path, bytes }) =>
    new Promise((resolve) => {
      const options = { deadline: Date.now() + PATIENCE_MS };
      const same = (message: Buffer): Buffer => message;
      current.makeUnaryRequest(path, same, same, bytes, options, (error) => {
        // A machine that was reset is another one: a new connection.
        if (error?.code === 14) {
          current.close();
          current = connect();
        }
        resolve(error?.code ?? 0);
      });
    });
}
