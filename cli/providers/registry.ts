/** Whether a provider can be downloaded. */
import { z } from "zod";
import { messageOf } from "../errors.ts";
import { platform, type Provider } from "./packages.ts";

/** A registry that answers does so in less; where none does, nobody should have to wait. */
const TIMEOUT_MS = 3000;

/** Null when it can be had there, else why not. */
export type Ask = (address: string) => Promise<unknown>;

/** One GET, of JSON. @throws Error that says what is wrong */
export async function getJson(address: string): Promise<unknown> {
  const { host } = new URL(address);
  const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined;
    const why = error instanceof Error && error.name === "TimeoutError" ? "in 3 s" : messageOf(cause ?? error);
    throw new Error(`${host} does not answer (${why})`);
  });
  if (!answer.ok) throw new Error(`${host} answers ${answer.status}`);
  return answer.json().catch(() => {
    throw new Error(`${host} does not answer with JSON`);
  });
}

const download = z.object({ download_url: z.string() });
const index = z.object({ versions: z.record(z.string(), z.unknown()) });

/** Null when the registry has it for this machine, else why not. */
export async function refusalOfRegistry(host: string, provider: Provider, ask: Ask): Promise<string | null> {
  const [os, processor] = platform().split("_");
  const { source, version } = provider;
  try {
    download.parse(await ask(`https://${host}/v1/providers/${source}/${version}/download/${os}/${processor}`));
    return null;
  } catch (error) {
    return error instanceof z.ZodError ? `${host} has no ${source} ${version}` : messageOf(error);
  }
}

/** Whether a network mirror has it, by the protocol https://developer.hashicorp.com/terraform/internals/provider-network-mirror-protocol */
export async function isMirrored(mirror: string, host: string, provider: Provider, ask: Ask): Promise<boolean> {
  try {
    const address = new URL(`${host}/${provider.source}/index.json`, mirror.endsWith("/") ? mirror : `${mirror}/`);
    return provider.version in index.parse(await ask(address.href)).versions;
  } catch {
    return false;
  }
}
