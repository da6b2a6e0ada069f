/** Package repositories of a host, as the installer of Proxmox VE 9 leaves them (proxmox-apt, API2/APT.pm). No package is ever fetched. */
import type { AptRepository, PveHost } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, type Route } from "./route.ts";
import { digestOf } from "./values.ts";

const PATH = "nodes/{node}/apt/repositories";
const FOLDER = "/etc/apt/sources.list.d";
const SUITE = "trixie";
const PROXMOX = "http://download.proxmox.com/debian";
const ENTERPRISE = "https://enterprise.proxmox.com/debian";

type Files = Readonly<Record<string, readonly AptRepository[]>>;

const of = (uri: string, component: string): AptRepository => ({
  uri,
  suites: [SUITE],
  components: [component],
  enabled: true,
});

/** A repository by the handle that the service has for it. */
interface Standard {
  readonly name: string;
  readonly file: string;
  readonly repository: AptRepository;
}

function ceph(kind: string, from: string): Standard {
  const name = `Ceph Squid ${kind}`;
  return { name, file: "ceph.sources", repository: of(`${from}/ceph-squid`, kind.toLowerCase()) };
}

const STANDARD: Readonly<Record<string, Standard>> = {
  enterprise: {
    name: "Enterprise",
    file: "pve-enterprise.sources",
    repository: of(`${ENTERPRISE}/pve`, "pve-enterprise"),
  },
  "no-subscription": {
    name: "No-Subscription",
    file: "proxmox.sources",
    repository: of(`${PROXMOX}/pve`, "pve-no-subscription"),
  },
  test: { name: "Test", file: "proxmox.sources", repository: of(`${PROXMOX}/pve`, "pve-test") },
  "ceph-squid-enterprise": ceph("Enterprise", ENTERPRISE),
  "ceph-squid-no-subscription": ceph("No-Subscription", PROXMOX),
  "ceph-squid-test": ceph("Test", PROXMOX),
};

const debian = (uri: string, suites: readonly string[]): AptRepository => ({
  uri,
  suites,
  components: ["main", "contrib", "non-free-firmware"],
  enabled: true,
});

const INSTALLED: Files = {
  [`${FOLDER}/ceph.sources`]: [ceph("Enterprise", ENTERPRISE).repository],
  [`${FOLDER}/debian.sources`]: [
    debian("http://deb.debian.org/debian", [SUITE, `${SUITE}-updates`]),
    debian("http://security.debian.org/debian-security", [`${SUITE}-security`]),
  ],
  [`${FOLDER}/pve-enterprise.sources`]: [of(`${ENTERPRISE}/pve`, "pve-enterprise")],
};

const filesOf = (host: PveHost): Files => host.aptFiles ?? INSTALLED;

function isSame(one: AptRepository, { repository }: Standard): boolean {
  return one.uri === repository.uri && one.components.includes(repository.components[0] ?? "");
}

function list({ host }: Pve): Data {
  const files = filesOf(host);
  const all = Object.values(files).flat();
  return {
    digest: digestOf(files),
    errors: [],
    infos: [],
    files: Object.entries(files).map(([path, repositories]) => ({
      path,
      "file-type": "sources",
      digest: [],
      repositories: repositories.map(({ uri, suites, components, enabled }) => ({
        Types: ["deb"],
        URIs: [uri],
        Suites: suites,
        Components: components,
        Enabled: enabled ? 1 : 0,
        FileType: "sources",
      })),
    })),
    "standard-repos": Object.entries(STANDARD).map(([handle, standard]) => {
      const found = all.filter((each) => isSame(each, standard));
      const description = `Packages of ${standard.repository.uri}, component ${standard.repository.components[0]}.`;
      const status = found.length > 0 && { status: found.some(({ enabled }) => enabled) ? 1 : 0 };
      return { handle, name: standard.name, description, ...status };
    }),
  };
}

function write({ host, world }: Pve, files: Files, { digest }: Parameters): void {
  if (digest !== undefined && digest !== digestOf(filesOf(host)))
    throw failure("detected modified configuration - file changed by other user? Try again.");
  host.aptFiles = { ...files };
  world.changed();
}

function setEnabled(repositories: readonly AptRepository[], index: number, enabled: boolean): readonly AptRepository[] {
  return repositories.map((each, at) => (at === index ? { ...each, enabled } : each));
}

/** Enables or disables one. */
function change(pve: Pve, parameters: Parameters): void {
  const { path = "", index = "", enabled } = parameters;
  const files = filesOf(pve.host);
  const repositories = Object.hasOwn(files, path) ? files[path] : undefined;
  if (!repositories) throw failure(`invalid file path '${path}'`);
  if (!repositories[Number(index)]) throw failure(`invalid index ${index} for file '${path}'`);
  if (enabled === undefined) return;
  write(pve, { ...files, [path]: setEnabled(repositories, Number(index), enabled === "1") }, parameters);
}

/** Adds one by its handle, or enables it where it is. */
function add(pve: Pve, parameters: Parameters): void {
  const { handle = "" } = parameters;
  const standard = Object.hasOwn(STANDARD, handle) ? STANDARD[handle] : undefined;
  if (!standard) throw badParameter({ handle: `unknown repository handle '${handle}'` });
  const files = filesOf(pve.host);
  for (const [path, repositories] of Object.entries(files)) {
    const at = repositories.findIndex((each) => isSame(each, standard));
    if (at >= 0) return write(pve, { ...files, [path]: setEnabled(repositories, at, true) }, parameters);
  }
  const path = `${FOLDER}/${standard.file}`;
  write(pve, { ...files, [path]: [...(files[path] ?? []), standard.repository] }, parameters);
}

/** The calls. */
export const routes: readonly Route[] = [get(PATH, list), post(PATH, change), put(PATH, add)];
