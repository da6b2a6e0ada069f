/** kubeconfig and talosconfig for a command, whose endpoints are the tunnels: there while it runs, and no longer. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMap } from "yaml";
import { readYamlDocuments } from "../../config/yaml.ts";
import { writeAtomically } from "../files.ts";

export interface TunnelContexts {
  /** `KUBECONFIG` and `TALOSCONFIG`. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/** The kubeconfig names the load balancer; the certificate of the API server is good for 127.0.0.1 as well. */
export function throughTunnel(kubeconfig: string, apiPort: number): string {
  const document = readYamlDocuments(kubeconfig)[0]?.document;
  const cluster = document?.getIn(["clusters", 0, "cluster"]);
  if (isMap(cluster)) cluster.set("server", `https://127.0.0.1:${apiPort}`);
  return document?.toString() ?? kubeconfig;
}

/** @param texts what is deployed; what is not there is not set */
export function writeTunnelContexts(
  texts: { readonly kubeconfig: string | null; readonly talosconfig: string | null },
  apiPort: number | null,
): TunnelContexts {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-tunnel-"));
  const env: Record<string, string> = {};
  const write = (variable: string, name: string, text: string): void => {
    env[variable] = join(folder, name);
    writeAtomically(join(folder, name), text);
  };
  if (texts.kubeconfig !== null && apiPort !== null)
    write("KUBECONFIG", "kubeconfig", throughTunnel(texts.kubeconfig, apiPort));
  if (texts.talosconfig !== null) write("TALOSCONFIG", "talosconfig", texts.talosconfig);
  const remove = (): void => {
    process.off("exit", remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", remove);
  return { env, remove };
}
