/**
 * Our own requests go out as Terraform's do: through HTTPS_PROXY and HTTP_PROXY, and past them where NO_PROXY says so. All of
 * ours are made by `fetch`, which takes no notice of these by itself (Node does from 22.21 on, with an option at its start).
 */
import { isIP } from "node:net";
import { CliError } from "../ui/errors.ts";
import { learn } from "../ui/masker.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Addresses of the user's proxies; empty where there is none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** In either spelling; capitals first, as Go has it. */
function either(env: Variables, name: string): string {
  return env[name] || env[name.toLowerCase()] || "";
}

/** An address without a scheme is a host. */
function proxyOf(env: Variables, name: string): string {
  const text = either(env, name).trim();
  if (text === "") return "";
  const address = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw new CliError(
      `${name}: got an address that is none of a proxy, allowed http://HOST:PORT or https://HOST:PORT`,
    );
  learn(decodeURIComponent(url.password));
  return address;
}

/** A name stands for what is below it as well, in Go; in undici only one that begins with a dot. */
function withBelow(entry: string): readonly string[] {
  return /^[.*]/.test(entry) || isIP(entry) !== 0 ? [entry] : [entry, `.${entry}`];
}

/**
 * Proxies as Go's net/http finds them, which every tool of ours is written in (golang.org/x/net/http/httpproxy). This machine
 * itself, where the sandbox and the tunnels are, is never behind one.
 *
 * @returns null where there is none for https
 * @throws CliError for an address that is none
 */
export function proxiesOf(env: Variables): Proxies | null {
  const [httpProxy, httpsProxy] = [proxyOf(env, "HTTP_PROXY"), proxyOf(env, "HTTPS_PROXY")];
  // undici would take HTTP_PROXY for https too. In the clear we ask nobody but this machine, and who stands in for a service.
  if (httpsProxy === "") return null;
  const entries = either(env, "NO_PROXY")
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  const noProxy = entries.includes("*")
    ? "*"
    : [...entries.flatMap(withBelow), "localhost", "127.0.0.1", "[::1]"].join(",");
  return { httpProxy, httpsProxy, noProxy };
}

/** Has every `fetch` from now on go through the user's proxies. */
export async function useProxies(env: Variables): Promise<void> {
  const proxies = proxiesOf(env);
  if (proxies === null) return;
  const { EnvHttpProxyAgent, setGlobalDispatcher } = await import("undici");
  setGlobalDispatcher(new EnvHttpProxyAgent(proxies));
}
