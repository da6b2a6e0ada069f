/** Calls of the Kubernetes API of a test's cluster, as its admin. */
import https from "node:https";
import { z } from "zod";
import { unbase64 } from "../../../../sandbox/talos/model/config/secrets.ts";
import { admin, portTo } from "../cluster.ts";
import type { Lab } from "../world.ts";

/** As much of an object as tests look at. */
export const objectSchema = z.looseObject({
  metadata: z
    .looseObject({
      name: z.string().optional(),
      resourceVersion: z.string().optional(),
      continue: z.string().optional(),
    })
    .default({}),
  message: z.string().optional(),
  reason: z.string().optional(),
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).optional(),
});
export type Body = z.infer<typeof objectSchema>;

export interface Answered {
  readonly code: number;
  readonly body: Body;
  /** What is warned of. */
  readonly warning?: string;
}

export type Ask = (
  method: string,
  path: string,
  body?: object,
  contentType?: string,
  headers?: https.RequestOptions["headers"],
) => Promise<Answered>;

function optionsOf(port: number): https.RequestOptions {
  const { caCertificate, clientCertificate, clientKey } = admin();
  const identity = { ca: unbase64(caCertificate), cert: unbase64(clientCertificate), key: unbase64(clientKey) };
  return { host: "127.0.0.1", port, agent: false, ...identity };
}

/** Asks the API server of a lab. */
export async function asking(lab: Lab): Promise<Ask> {
  const port = await portTo(lab);
  return (method, path, body, contentType = "application/json", more = {}) =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": contentType, ...more };
      const sent = https.request({ ...optionsOf(port), method, path, headers }, (response) => {
        const { warning } = response.headers;
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () =>
          resolve({
            code: response.statusCode ?? 0,
            body: objectSchema.parse(JSON.parse(text)),
            ...(typeof warning === "string" && { warning }),
          }),
        );
      });
      sent.on("error", reject);
      sent.end(body === undefined ? "" : JSON.stringify(body));
    });
}

const eventSchema = z.object({ type: z.string(), object: objectSchema });
export type WatchEvent = z.infer<typeof eventSchema>;

/** The first events of a watch, as many as are wanted; `meanwhile` runs once the watch has begun. */
export async function watched(
  lab: Lab,
  path: string,
  count: number,
  meanwhile: () => Promise<unknown>,
): Promise<readonly WatchEvent[]> {
  const port = await portTo(lab);
  return new Promise((resolve, reject) => {
    const sent = https.get({ ...optionsOf(port), path }, (response) => {
      let text = "";
      meanwhile().catch(reject);
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        const lines = text.split("\n").slice(0, -1);
        if (lines.length < count) return;
        sent.destroy();
        resolve(lines.slice(0, count).map((line) => eventSchema.parse(JSON.parse(line))));
      });
    });
    sent.on("error", (error) => (sent.destroyed ? undefined : reject(error)));
  });
}
