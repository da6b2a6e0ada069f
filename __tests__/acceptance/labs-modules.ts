/** Modules that labs call at a registry or at GitHub, from checkouts instead: a sandbox reaches neither. */
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { listenOnLoopback } from "../../sandbox/http/loopback.ts";
import { run } from "./go-tests.ts";

const REGISTRIES = ["registry.terraform.io", "registry.opentofu.org"];

/** Repository of a module, as every registry wants it to be called. */
const NAME = /^(?<namespace>[^/]+)\/terraform-(?<provider>[^-]+)-(?<name>.+)$/;

/** @returns the versions, and what Git calls them */
async function versionsOf(checkout: string): Promise<ReadonlyMap<string, string>> {
  const { output } = await run("git", ["tag"], { folder: checkout });
  const tags = output.match(/^v?\d+\.\d+\.\d+$/gm) ?? [];
  return new Map(tags.map((tag) => [tag.replace("v", ""), tag]));
}

/** A registry of these modules (Terraform's module registry protocol). */
async function openRegistry(source: string, modules: readonly string[]): Promise<http.Server> {
  const answers = new Map<string, { readonly body?: unknown; readonly from?: string }>();
  for (const repository of modules) {
    const named = NAME.exec(repository)?.groups;
    if (named === undefined) continue;
    const path = `/${named["namespace"]}/${named["name"]}/${named["provider"]}`;
    const checkout = join(source, repository);
    const versions = await versionsOf(checkout);
    const body = { modules: [{ versions: [...versions.keys()].map((version) => ({ version })) }] };
    answers.set(`${path}/versions`, { body });
    for (const [version, tag] of versions)
      answers.set(`${path}/${version}/download`, { from: `git::file://${checkout}?ref=${tag}` });
  }
  return http.createServer((request, response) => {
    const { body, from } = answers.get(request.url ?? "") ?? {};
    if (from !== undefined) response.writeHead(204, { "x-terraform-get": from }).end();
    else response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  });
}

/** Where a lab's modules are. */
export interface Modules {
  /** For Terraform: where the registry and the repositories are. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => void;
}

/** @param config a file for the tool's configuration: the user's own, and the registry */
export async function openModules(source: string, modules: readonly string[], config: string): Promise<Modules> {
  const server = await openRegistry(source, modules);
  const address = await listenOnLoopback(server);
  const hosts = REGISTRIES.map((host) => `host "${host}" {\n  services = { "modules.v1" = "${address}/" }\n}\n`);
  const own = readFileSync(process.env["TF_CLI_CONFIG_FILE"] ?? "", "utf8");
  writeFileSync(config, `${own}\n${hosts.join("")}`);
  const rewrites = modules.flatMap((repository) =>
    ["", ".git"].map((end) => [
      `url.file://${join(source, repository)}.insteadOf`,
      `https://github.com/${repository}${end}`,
    ]),
  );
  const git = rewrites.flatMap(([key = "", value = ""], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    env: { TF_CLI_CONFIG_FILE: config, GIT_CONFIG_COUNT: String(rewrites.length), ...Object.fromEntries(git) },
    close: () => void server.close(),
  };
}
