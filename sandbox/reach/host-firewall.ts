/** The nftables of a host: those of the image, and what cloud-init wrote beside them on its first boot and never again. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseYaml } from "../../config/yaml.ts";
import { z } from "zod";
import type { Instance } from "../oci/resources/instance.ts";
import { admits, readRuleset, type Ruleset } from "./nftables.ts";
import type { Packet } from "./packet.ts";
import { platformAdmits } from "./platform-firewall.ts";

const PACKER = join(import.meta.dirname, "..", "..", "packer");
const FOLDER = "/etc/nftables.d";

const cloudConfig = z.looseObject({
  write_files: z.array(z.looseObject({ path: z.string(), content: z.string().default("") })).default([]),
});

/** What the lab's images bring, in files of this repository; null for another image, of which nothing is known. */
function imageFiles({ imageObject }: Instance): ReadonlyMap<string, string> | null {
  const layers = imageObject?.startsWith("proxmox-ampere") ? ["base", "proxmox-ampere"] : [];
  if (layers.length === 0) return null;
  const folders = layers.map((layer) => join(PACKER, layer, "files", FOLDER));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return new Map(
    files.filter((file) => file.endsWith(".nft")).map((file) => [basename(file), readFileSync(file, "utf8")]),
  );
}

function written({ userData }: Instance): ReadonlyMap<string, string> {
  if (!userData.startsWith("#cloud-config")) return new Map();
  try {
    const { write_files: files } = cloudConfig.parse(parseYaml(userData));
    return new Map(
      files
        .filter(({ path }) => dirname(path) === FOLDER && path.endsWith(".nft"))
        .map(({ path, content }) => [basename(path), content]),
    );
  } catch {
    return new Map();
  }
}

const rulesets = new WeakMap<Instance, { readonly userData: string; readonly ruleset: Ruleset | null }>();

function rulesetOf(instance: Instance): Ruleset | null {
  const known = rulesets.get(instance);
  if (known?.userData === instance.userData) return known.ruleset;
  const image = imageFiles(instance);
  const files = new Map([...(image ?? []), ...written(instance)]);
  const base = readFileSync(join(PACKER, "base", "files", "etc", "nftables.conf"), "utf8");
  const inOrder = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, content]) => content);
  const ruleset = image === null ? null : readRuleset([base, ...inOrder]);
  rulesets.set(instance, { userData: instance.userData, ruleset });
  return ruleset;
}

/** Whether the machine's own nftables, or iptables on an image of Oracle's, let a new connection in. */
export function hostAdmits(instance: Instance, packet: Packet): boolean {
  if (instance.imageObject === null) return platformAdmits(instance, packet);
  const ruleset = rulesetOf(instance);
  return ruleset === null || admits(ruleset, packet);
}
