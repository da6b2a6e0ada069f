/**
 * Poses as a Dagger session, after the engine's real schema: every query is validated against it, ids stand for the chain
 * of calls that made an object, and nothing is ever run. Needs the schema, which lies beside the checkout.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  buildSchema,
  execute,
  type ExecutionResult,
  getNamedType,
  GraphQLError,
  type GraphQLResolveInfo,
  GraphQLSchema,
  isCompositeType,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { z } from "zod";

const SCHEMA = join(__dirname, "../../../shared/reference/dagger-v0.21.8.graphqls");

/** `describe` where the schema is; elsewhere one that counts its tests as skipped, and says why. */
export const describeWithEngine: (title: string, body: () => void) => void = existsSync(SCHEMA)
  ? describe
  : (title, body) => describe.skip(`${title} (skipped: ../shared/reference/dagger-v0.21.8.graphqls is not here)`, body);

/** A field that was selected: of the root where `on` is null. Where an id was passed, `args` has the call behind it. */
export class Call {
  readonly type: string;
  readonly field: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly on: Call | null;
  /** The same for the same chain of calls with the same arguments. */
  readonly id: string;

  constructor(type: string, field: string, args: Readonly<Record<string, unknown>>, on: Call | null) {
    this.type = type;
    this.field = field;
    this.args = args;
    this.on = on;
    const content = JSON.stringify([on?.id, field, args], (_, value) => (value instanceof Call ? value.id : value));
    this.id = `${type}:${createHash("sha256").update(content).digest("hex")}`;
  }

  /** From the root to this call. */
  get chain(): readonly Call[] {
    return [...(this.on?.chain ?? []), this];
  }

  /** Calls of this field in the chain, first one first. */
  all(field: string): readonly Call[] {
    return this.chain.filter((call) => call.field === field);
  }

  /** What was passed as `arg` to the only such call: another object's call. */
  input(field: string, arg: string, where: (call: Call) => boolean = () => true): Call {
    const [call, ...others] = this.all(field).filter(where);
    const value = call?.args[arg];
    if (value instanceof Call && others.length === 0) return value;
    throw new Error(`${field}(${arg}:) is no object, or was not called just once`);
  }
}

/** Answers a field that is no object. Throws a GraphQLError for what the engine would refuse. */
export type Answers = Readonly<Record<string, (call: Call) => unknown>>;

/** Fields whose call makes the engine work. */
const READS = new Set(["contents", "export", "stdout", "sync"]);

export class FakeDaggerSession {
  /** All that was sent and answered, as text. */
  readonly traffic: string[] = [];
  /** Queries that the engine would not have taken, with the reason. */
  readonly invalid: string[] = [];
  /** Calls that make the engine work, in their order. */
  readonly reads: Call[] = [];
  readonly token = randomUUID();
  #server: Server | undefined;
  readonly #answers: Answers;
  #schema = new GraphQLSchema({});
  readonly #calls = new Map<string, Call>();

  constructor(answers: Answers = {}) {
    this.#answers = { version: () => "v0.21.9", contents: () => "", stdout: () => "", ...answers };
  }

  async open(): Promise<void> {
    // Not before: a test that is skipped for want of the schema makes a session, too.
    this.#schema = buildSchema(readFileSync(SCHEMA, "utf8"));
    const server = createServer((request, response) => {
      void this.#respond(request).then(({ status, body }) => {
        this.traffic.push(body);
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  /** What a program needs to find it. */
  get env(): { DAGGER_SESSION_PORT: string; DAGGER_SESSION_TOKEN: string } {
    const address = this.#server?.address();
    if (typeof address !== "object" || address === null) throw new Error("not open");
    return { DAGGER_SESSION_PORT: String(address.port), DAGGER_SESSION_TOKEN: this.token };
  }

  /** The object that an id stands for. */
  object(id: string): Call {
    const call = this.#calls.get(id);
    if (call === undefined) throw new GraphQLError(`no object has the id ${id}`);
    return call;
  }

  async #respond(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const expected = `Basic ${Buffer.from(`${this.token}:`).toString("base64")}`;
    if (request.headers.authorization !== expected) return { status: 401, body: "wrong session token" };
    const body = await text(request);
    this.traffic.push(body);
    const { query } = z.looseObject({ query: z.string() }).parse(JSON.parse(body));
    const result = await this.#execute(query);
    for (const error of result.errors ?? []) {
      if (error.extensions["_type"] === undefined) this.invalid.push(`${error.message} in ${query.trim()}`);
    }
    return { status: 200, body: JSON.stringify(result) };
  }

  #execute(query: string): ExecutionResult | Promise<ExecutionResult> {
    const document = parse(query);
    const errors = validate(this.#schema, document, [...specifiedRules, NoDeprecatedCustomRule]);
    if (errors.length > 0) return { errors };
    return execute({
      schema: this.#schema,
      document,
      fieldResolver: (source, args, _, info) => this.#resolve(source instanceof Call ? source : null, args, info),
      typeResolver: (value) => (value instanceof Call ? value.type : undefined),
    });
  }

  #resolve(on: Call | null, args: Readonly<Record<string, unknown>>, info: GraphQLResolveInfo): unknown {
    const { fieldName: field, returnType } = info;
    if (field === "id") return on?.id;
    if (field === "node") return this.object(String(args["id"]));
    const type = getNamedType(returnType);
    const call = new Call(type.name, field, this.#objectsIn(args, info), on);
    this.#calls.set(call.id, call);
    if (READS.has(field)) this.reads.push(call);
    if (isCompositeType(type)) return call;
    if (field === "sync") return on?.id;
    const answer = this.#answers[field];
    if (answer === undefined) throw new GraphQLError(`the test has no answer for ${info.parentType.name}.${field}`);
    return answer(call);
  }

  /** Arguments with objects in place of their ids, which have to be of the type that the schema expects. */
  #objectsIn(args: Readonly<Record<string, unknown>>, info: GraphQLResolveInfo): Readonly<Record<string, unknown>> {
    const declared = info.parentType.getFields()[info.fieldName]?.args ?? [];
    const entries = Object.entries(args).map(([name, value]) => {
      const directives = declared.find((argument) => argument.name === name)?.astNode?.directives ?? [];
      const expects = directives.find((directive) => directive.name.value === "expectedType")?.arguments?.[0]?.value;
      if (expects?.kind !== "StringValue" || typeof value !== "string") return [name, value] as const;
      const object = this.object(value);
      if (object.type === expects.value) return [name, object] as const;
      throw new GraphQLError(`${info.fieldName}(${name}:) is a ${object.type}, expected ${expects.value}`);
    });
    return Object.fromEntries(entries);
  }
}
