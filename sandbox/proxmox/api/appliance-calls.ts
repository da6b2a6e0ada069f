/** Templates of containers that a host may download (pve-manager, APLInfo.pm). The list is a short one; nothing is fetched. */
import { createHash } from "node:crypto";
import { again, type Pve } from "../model/context.ts";
import { download, pathOf } from "../model/downloads.ts";
import { badParameter, failure } from "../model/errors.ts";
import { storageOn } from "../model/storage.ts";
import { startTask } from "../model/tasks.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, type Route } from "./route.ts";

const PATH = "nodes/{node}/aplinfo";
const SOURCE = "http://download.proxmox.com/images";

interface Appliance {
  readonly [key: string]: string;
  readonly template: string;
  readonly location: string;
  readonly sha512sum: string;
}

function appliance(os: string, kind: string, version: string, name: string, extension = "tar.zst"): Appliance {
  const template = `${os}-${kind}_${version}_amd64.${extension}`;
  const location = `${SOURCE}/system/${template}`;
  return {
    package: `${os}-${kind}`,
    version,
    type: "lxc",
    os,
    section: "system",
    architecture: "amd64",
    headline: `LXC ${kind} system for ${name}`,
    description: `A small ${name} system.`,
    infopage: "https://pve.proxmox.com/wiki/Linux_Container",
    source: SOURCE,
    template,
    location,
    // Of a file that is never fetched.
    sha512sum: createHash("sha512").update(location).digest("hex"),
  };
}

const APPLIANCES: readonly Appliance[] = [
  appliance("alpine-3.21", "default", "20241217", "Alpine Linux 3.21", "tar.xz"),
  appliance("alpine-3.22", "default", "20250617", "Alpine Linux 3.22", "tar.xz"),
  appliance("debian-12", "standard", "12.12-1", "Debian 12 Bookworm"),
  appliance("debian-13", "standard", "13.1-2", "Debian 13 Trixie"),
  appliance("ubuntu-24.04", "standard", "24.04-2", "Ubuntu 24.04 Noble"),
];

function downloadTask(pve: Pve, { storage: id = "", template = "" }: Parameters): Data {
  const found = APPLIANCES.find((each) => each.template === template);
  if (!found) throw badParameter({ template: "no such template" });
  const storage = storageOn(pve, id, pve.host.name);
  if (!storage.content.includes("vztmpl")) throw failure(`storage '${id}' does not support templates`);
  const { location: url, sha512sum } = found;
  const request = {
    node: pve.host.name,
    storage: id,
    content: "vztmpl",
    filename: template,
    url,
    decompression: null,
    checksum: { algorithm: "sha512", value: sha512sum },
  };
  return startTask(pve, "download", template, (log) => {
    const path = pathOf(pve, request);
    log(`downloading ${url} to ${path}`);
    download(again(pve), request);
    log(`download of '${url}' to '${path}' finished`);
  });
}

/** The calls. */
export const routes: readonly Route[] = [get(PATH, () => APPLIANCES), post(PATH, downloadTask)];
