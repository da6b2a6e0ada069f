/** How long the ways into the deployed lab are good, as its state on this machine says. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { certificateFindings, clientCertificateOf } from "../contexts/certificates.ts";
import type { Project } from "../project.ts";
import { isEncrypted } from "../state/encryption.ts";
import { movedTo } from "../state/text.ts";
import { parseState } from "../terraform/state.ts";
import type { Finding } from "./finding.ts";

/** Nothing where no state is here that can be read: `lab validate cluster` reads it wherever it is. */
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
