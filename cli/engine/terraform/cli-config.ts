/** Reads where a user has terraform or tofu find providers: mirrors, overrides and the plugin cache. */
import { join } from "node:path";
import { homeFolder, pathVariable } from "../../../config/user-path.ts";
import { CliError } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";
import type { Binary } from "./binary.ts";

/** All places that were named. */
export interface ProviderPlaces {
  /** Folders laid out as `HOST/NAMESPACE/TYPE/…`: filesystem mirrors and plugin caches. */
  readonly folders: readonly string[];
  /** Folders of dev_overrides, by source such as `bpg/proxmox`. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Addresses of network mirrors. */
  readonly networkMirrors: readonly string[];
  /** Where downloads are kept between runs. */
  readonly cache: string | undefined;
}

type Value = string | readonly Value[] | Body;
/** A key may stand several times, as blocks do. */
interface Body {
  readonly [key: string]: readonly Value[];
}

const TOKEN = /\s+|,|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\]|\\.)*")|([{}[\]=:])|([^\s"{}[\]=:,#]+)/y;

/** The configuration's grammar, which is HCL's first, of which JSON is a part. @throws Error where it is not */
export function parseCliConfig(text: string): Body {
  const tokens = [...text.matchAll(new RegExp(TOKEN, "gy"))]
    .map(([, string, sign, word]) => string ?? sign ?? word)
    .filter((token) => token !== undefined);
  let at = 0;
  const key = (token: string): string => (token.startsWith('"') ? String(JSON.parse(token)) : token);

  function value(): Value {
    const token = tokens[at++];
    if (token === undefined) throw new Error("it ends too early");
    if (token === "{") return body("}");
    if (token !== "[") return key(token);
    const list: Value[] = [];
    while (tokens[at] !== "]") list.push(value());
    at += 1;
    return list;
  }

  function body(end: string | undefined): Body {
    const read: Record<string, Value[]> = {};
    for (let token = tokens[at]; token !== end; token = tokens[at]) {
      if (token === undefined || "{}[]=:".includes(token)) throw new Error(`unexpected ${token ?? "end"}`);
      at += 1;
      const name = key(token);
      if (tokens[at] === "=" || tokens[at] === ":") at += 1;
      // A block's label, as in `credentials "host" {`.
      else if (tokens[at] !== "{") at += 1;
      const got = value();
      (read[name] ??= []).push(...(Array.isArray(got) && got.every((each) => typeof each === "object") ? got : [got]));
    }
    at += 1;
    return read;
  }

  if (tokens[0] !== "{") return body(undefined);
  at = 1;
  return body("}");
}

function bodies(values: readonly Value[] | undefined): readonly Body[] {
  return (values ?? []).filter((each): each is Body => typeof each === "object" && !Array.isArray(each));
}

function text(values: readonly Value[] | undefined): readonly string[] {
  return (values ?? []).filter((each) => typeof each === "string");
}

/** Where the tool looks by default: https://developer.hashicorp.com/terraform/cli/config/config-file */
function impliedFolders(home: string, env: NodeJS.ProcessEnv): readonly string[] {
  const data = pathVariable(env, "XDG_DATA_HOME") ?? join(home, ".local", "share");
  return [join(home, ".terraform.d", "plugins"), join(data, "terraform", "plugins"), join(data, "opentofu", "plugins")];
}

/**
 * Reads TF_CLI_CONFIG_FILE, else the tool's own file in the home folder. Nothing but the places of providers is taken from it.
 *
 * @param product whose own file it is
 */
export function providerPlaces(product: Binary["product"], env: NodeJS.ProcessEnv = process.env): ProviderPlaces {
  const home = homeFolder(env);
  const own = product === "OpenTofu" ? [".tofurc", ".terraformrc"] : [".terraformrc"];
  const named = pathVariable(env, "TF_CLI_CONFIG_FILE");
  const files = named ? [named] : own.map((name) => join(home, name));
  const file = files.find((each) => readIfThere(each) !== undefined);
  let config: Body = {};
  try {
    config = file === undefined ? {} : parseCliConfig(readIfThere(file) ?? "");
  } catch (error) {
    throw new CliError(`${file}: cannot be read as a configuration of ${product}: ${String(error)}`);
  }
  const [cacheInFile] = text(config["plugin_cache_dir"]);
  const cache =
    pathVariable(env, "TF_PLUGIN_CACHE_DIR") ??
    cacheInFile?.replaceAll(/\$\{?(\w+)\}?/g, (_all, name) => env[name] ?? "");
  const installation = bodies(config["provider_installation"]);
  const fieldOf = (block: string, field: string): readonly string[] =>
    installation.flatMap((each) => bodies(each[block])).flatMap((each) => text(each[field]));
  const overrides = installation
    .flatMap((each) => bodies(each["dev_overrides"]))
    .flatMap((each) => Object.entries(each))
    .flatMap(([source, [folder]]) =>
      typeof folder === "string" ? [[source.split("/").slice(-2).join("/"), folder]] : [],
    );
  return {
    folders: [
      ...fieldOf("filesystem_mirror", "path"),
      ...impliedFolders(home, env),
      ...(cache === undefined ? [] : [cache]),
    ],
    overrides: Object.fromEntries(overrides),
    networkMirrors: fieldOf("network_mirror", "url"),
    cache,
  };
}
