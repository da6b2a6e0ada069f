/** A client of the API server, with the admin's certificate from a kubeconfig. */
import https from "node:https";
import { checkServerIdentity } from "node:tls";
import { z } from "zod";
import { parseYaml } from "../../config/yaml.ts";
import { CliError, messageOf } from "../ui/errors.ts";
import { visibleLine } from "../ui/visible.ts";

/** What a kubeconfig says of its cluster, and identifies its user with. */
export interface Admin {
  /** Where the kubeconfig says that the API server is. */
  readonly server: URL;
  /** PEM: the authority of the API server, and what we identify ourselves with. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A place that leads to an API server. */
export interface Way {
  readonly host: string;
  readonly port: number;
  /** The name or address that its certificate has to hold. @default - `host` */
  readonly as?: string;
}

/** Kubernetes' API, as far as it is read here. */
export interface Kubernetes {
  /** The answer to a GET. @throws Error in one line */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
}

/** And as far as it is written. Each call throws an Error in one line; a refusal is `Refused`. */
export interface KubernetesWriter extends Kubernetes {
  /** Merges fields into an object; null takes one out. */
  merge(path: string, fields: object): Promise<void>;
  /** Creates an object. */
  create(path: string, object: object): Promise<void>;
}

/** An answer other than success. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  /** In the API server's words; empty where it has none. */
  readonly why: string;

  constructor(path: string, status: number, why = "") {
    super(`${path}: the API server answers ${status}`);
    this.status = status;
    this.why = why;
  }
}

const failure = z.object({
  message: z.string(),
  details: z.object({ causes: z.array(z.object({ message: z.string() })).default([]) }).optional(),
});

/** The causes that the API server names, or else its message. */
function whyOf(body: string): string {
  try {
    const { message, details } = failure.parse(JSON.parse(body));
    return visibleLine(details?.causes.map((cause) => cause.message).join("; ") || message);
  } catch {
    return "";
  }
}

/** An emulated API server takes seconds for what others do at once. */
const REQUEST_MS = 10_000;
/** The answer about a thousand nodes is below this. */
const MAX_BYTES = 64 << 20;

const base64 = z.string().transform((text) => Buffer.from(text, "base64").toString());
const kubeconfig = z.object({
  clusters: z.tuple(
    [z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": base64 }) })],
    z.unknown(),
  ),
  users: z.tuple(
    [z.object({ user: z.object({ "client-certificate-data": base64, "client-key-data": base64 }) })],
    z.unknown(),
  ),
});

/** @throws CliError that repeats nothing of it: it is a secret */
export function readKubeconfig(text: string): Admin {
  const read = kubeconfig.safeParse(parseYaml(text));
  if (!read.success)
    throw new CliError("the kubeconfig among the outputs of stack talos cannot be read: deploy talos again");
  const [{ cluster }] = read.data.clusters;
  const [{ user }] = read.data.users;
  return {
    server: new URL(cluster.server),
    ca: cluster["certificate-authority-data"],
    cert: user["client-certificate-data"],
    key: user["client-key-data"],
  };
}

/** What is sent with a request other than GET. */
interface Sending {
  readonly method: "PATCH" | "POST";
  readonly type: "application/json" | "application/merge-patch+json";
  readonly body: object;
}

function request({ ca, cert, key }: Admin, { host, port, as }: Way, path: string, sending?: Sending): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(REQUEST_MS);
    const options: https.RequestOptions = {
      host,
      port,
      path,
      ca,
      cert,
      key,
      signal,
      agent: false,
      ...(sending && { method: sending.method, headers: { "Content-Type": sending.type } }),
      checkServerIdentity: (name, certificate) => checkServerIdentity(as ?? name, certificate),
    };
    const sent = https.request(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) sent.destroy(new Error("the answer is too long"));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 || response.statusCode === 201) resolve(body);
        else reject(new Refused(path, response.statusCode ?? 0, whyOf(body)));
      });
    });
    sent.on("error", (error) => reject(signal.aborted ? new Error(`no answer in ${REQUEST_MS / 1000} s`) : error));
    sent.end(sending && JSON.stringify(sending.body));
  });
}

/** The API server at a place. */
export function kubernetesAt(admin: Admin, way: Way): KubernetesWriter {
  return {
    async merge(path, body) {
      await request(admin, way, path, { method: "PATCH", type: "application/merge-patch+json", body });
    },
    async create(path, body) {
      await request(admin, way, path, { method: "POST", type: "application/json", body });
    },
    async get(path, schema) {
      const text = await request(admin, way, path);
      try {
        return schema.parse(JSON.parse(text));
      } catch (error) {
        throw new Error(`${path}: not what an API server answers: ${messageOf(error).split("\n")[0]}`, {
          cause: error,
        });
      }
    },
  };
}
