/** Object Storage's S3 API on loopback as far as states need it: over TLS, and as strict as OCI's with checksums. */
import { type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { writeFileSync } from "node:fs";
import { newAuthority, newLeaf } from "../../sandbox/pki/certificate.ts";

/** By `bucket/key`. */
type Objects = Map<string, Buffer>;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

export class S3Model {
  readonly objects: Objects = new Map();
  /** False for a service that knows no `If-None-Match`. */
  conditional = true;
  readonly #server: Server;
  readonly #authority: string;

  private constructor(server: Server, authority: string) {
    this.#server = server;
    this.#authority = authority;
  }

  static async start(): Promise<S3Model> {
    const now = Date.now();
    // A little back, as clocks differ.
    const valid = { from: new Date(now - 3_600_000), until: new Date(now + 86_400_000) };
    const authority = newAuthority({ organization: "s3", curve: "p256", ...valid });
    const leaf = newLeaf(authority, { usage: "server", names: ["127.0.0.1"], ...valid });
    const server = createServer({ cert: leaf.certificate, key: leaf.key });
    const model = new S3Model(server, authority.certificate);
    server.on("request", (request, response) => void model.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return model;
  }

  /** A block `backend` as a stack has it; STACK stands for the stack's name. */
  backend(): Readonly<Record<string, unknown>> {
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return {
      s3: {
        bucket: "lab-states",
        region: "eu-frankfurt-1",
        key: "lab/STACK.tfstate",
        endpoints: { s3: `https://127.0.0.1:${port}` },
        use_lockfile: true,
        use_path_style: true,
        skip_credentials_validation: true,
        skip_metadata_api_check: true,
        skip_region_validation: true,
        skip_requesting_account_id: true,
        skip_s3_checksum: true,
      },
    };
  }

  /** Writes the certificate that the tool has to trust. @returns what the tool needs in its environment */
  trustedBy(file: string): Readonly<Record<string, string>> {
    writeFileSync(file, this.#authority);
    return { AWS_CA_BUNDLE: file };
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { pathname } = new URL(request.url ?? "/", "https://s3");
    const name = decodeURIComponent(pathname.slice(1));
    if (!name.includes("/")) {
      response.writeHead(200, { "content-type": "application/xml" });
      response.end(`<?xml version="1.0"?><ListBucketResult><Name>${name}</Name></ListBucketResult>`);
      return;
    }
    const stored = this.objects.get(name);
    if (request.method === "PUT") this.#put(name, body, request, response);
    else if (request.method === "DELETE") {
      this.objects.delete(name);
      response.writeHead(204).end();
    } else if (stored === undefined) refuse(response, 404, "NoSuchKey", "The specified key does not exist.");
    else response.writeHead(200, { "content-length": stored.length }).end(request.method === "HEAD" ? "" : stored);
  }

  #put(name: string, body: Buffer, { headers }: IncomingMessage, response: ServerResponse): void {
    const sum = headers["x-amz-content-sha256"];
    // In the service's words: oracle/terraform-provider-oci#2348.
    if (typeof sum !== "string" || !/^(UNSIGNED-PAYLOAD|[\da-f]{64})$/.test(sum))
      return refuse(
        response,
        400,
        "InvalidArgument",
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value.",
      );
    if (headers["if-none-match"] === "*") {
      if (!this.conditional)
        return refuse(
          response,
          501,
          "NotImplemented",
          "A header you provided implies functionality that is not implemented.",
        );
      if (this.objects.has(name))
        return refuse(response, 412, "PreconditionFailed", "At least one of the pre-conditions did not hold");
    }
    this.objects.set(name, body);
    response.writeHead(200).end();
  }
}
