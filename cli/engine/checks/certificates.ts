/** Checks how long the client certificates of kubeconfig and talosconfig are valid: Talos issues them for a year. */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseYaml } from "../../../config/yaml.ts";
import type { ContextsKind } from "../../clients/contexts.ts";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import { isEncrypted } from "../state/encryption.ts";
import { parseState } from "../state/state.ts";
import { movedTo } from "../state/text.ts";
import type { Project } from "../synth/project.ts";
import { runningSandbox } from "../../../sandbox/client.ts";

/** The certificate of a kubeconfig or talosconfig. */
export interface ClientCertificate {
  readonly kind: ContextsKind;
  readonly until: Date;
}

/**
 * A deploy renews the kubeconfig's in its last 720 hours, the talosconfig's in its last month, which may be February
 * (provider siderolabs/talos 0.11.0).
 */
const RENEWAL_DAYS = 28;
const DAY_MS = 86_400_000;

const base64 = z.string().transform((text) => Buffer.from(text, "base64"));
const user = z.object({ user: z.object({ "client-certificate-data": base64 }) });
const kubeconfig = z.object({ users: z.tuple([user], z.unknown()) });
const talosconfig = z.object({ context: z.string(), contexts: z.record(z.string(), z.object({ crt: base64 })) });

function pemOf(kind: ContextsKind, text: string): Buffer | undefined {
  const read = parseYaml(text);
  if (kind === "kubeconfig") return kubeconfig.safeParse(read).data?.users[0].user["client-certificate-data"];
  const found = talosconfig.safeParse(read).data;
  return found?.contexts[found.context]?.crt;
}

/** Null where there is no certificate in it that can be read. */
export function clientCertificateOf(kind: ContextsKind, text: string): ClientCertificate | null {
  try {
    const pem = pemOf(kind, text);
    return pem === undefined ? null : { kind, until: new Date(new X509Certificate(pem).validTo) };
  } catch {
    return null;
  }
}

/** Whether it is good no more. */
export function hasEnded({ until }: ClientCertificate, now: Date): boolean {
  return now > until;
}

/** What renews them: the talosconfig's is made by another stack than the kubeconfig's, with the cluster's keys. */
export function renewal(sandbox: boolean): string {
  return `npx cdktf deploy${sandbox ? " --sandbox" : ""} renews it`;
}

function describe(certificate: ClientCertificate, now: Date): string {
  const { kind, until } = certificate;
  const date = until.toISOString().slice(0, 10);
  if (hasEnded(certificate, now)) return `${kind} ended on ${date}`;
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
  return days < RENEWAL_DAYS ? `${kind} ends on ${date}, in ${days} days` : `${kind} until ${date}`;
}

/** One finding for all of them; none without certificates. */
export function certificateFindings(
  certificates: readonly ClientCertificate[],
  now: Date,
  sandbox: boolean,
): readonly Finding[] {
  const name = "certificates";
  if (certificates.length === 0) return [];
  const found = certificates.map((each) => describe(each, now)).join(", ");
  if (certificates.some((each) => hasEnded(each, now))) return [fail(name, found, renewal(sandbox))];
  const soon = new Date(now.getTime() + RENEWAL_DAYS * DAY_MS);
  if (certificates.some((each) => hasEnded(each, soon))) return [warn(name, found, renewal(sandbox))];
  return [ok(name, `${found}; a deploy in the last ${RENEWAL_DAYS} days renews them`)];
}

/**
 * How long the ways into the deployed lab are good. Nothing where no state is here that can be read: `lab validate cluster` reads
 * it wherever it is.
 */
export function certificates({ data, sandbox }: Project, now: Date): readonly Finding[] {
  const file = join(data, "state", "talos.tfstate");
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  if (isEncrypted(text) || movedTo(text) !== null) return [];
  const { outputs } = parseState(text, file);
  const found = (["kubeconfig", "talosconfig"] as const).flatMap((kind) => {
    const value = outputs[kind]?.value;
    return typeof value === "string" ? (clientCertificateOf(kind, value) ?? []) : [];
  });
  return certificateFindings(found, now, sandbox);
}

/** The time by which certificates of a lab are judged: the sandbox's world has a clock of its own. */
export async function clockOf({ home, sandbox }: Pick<Project, "home" | "sandbox">): Promise<Date> {
  const running = sandbox ? await runningSandbox(home) : null;
  return running === null ? new Date() : running.clock();
}
