/** Every text that people edit is read as an editor of Windows leaves it: with a byte order mark, and with CRLF. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { contextNames } from "../../../cli/clients/contexts.ts";
import { readIfThere } from "../../../cli/ui/files.ts";
import { openProject } from "../../../cli/engine/synth/project.ts";
import { providerPlaces } from "../../../cli/engine/terraform/cli-config.ts";
import { readLock } from "../../../images/lock.ts";
import { readProfile } from "../../../images/upload/profile.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-edited-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `\uFEFF${text.replaceAll("\n", "\r\n")}`);
  return file;
}

/** Each text, and what comes of it. */
const TEXTS: Readonly<Record<string, readonly [text: string, read: (file: string) => unknown, expected: unknown]>> = {
  "cdktf.json": ['{\n  "app": "node main.ts"\n}\n', () => openProject({}, {}, folder).app, "node main.ts"],
  ".oci/config": [
    "[lab]\nuser=me\ntenancy=t\n",
    () => readProfile("lab", { HOME: folder }).values,
    { user: "me", tenancy: "t" },
  ],
  kubeconfig: [
    "contexts:\n- name: work\n  context: {}\n",
    (file) => contextNames("kubeconfig", readIfThere(file) ?? "", file),
    ["work"],
  ],
  talosconfig: [
    "contexts:\n  work: {}\n",
    (file) => contextNames("talosconfig", readIfThere(file) ?? "", file),
    ["work"],
  ],
  "x.tfrc": [
    'plugin_cache_dir = "/cache"\n',
    (file) => providerPlaces("Terraform", { HOME: folder, TF_CLI_CONFIG_FILE: file }).cache,
    "/cache",
  ],
  "images.lock.json": [
    JSON.stringify({ version: 1, images: { base: entry(), proxmox: entry() } }, null, 2),
    async (file) => (await readLock(file))?.version,
    1,
  ],
};

function entry(): object {
  return { inputHash: "a".repeat(64), sha256: null, sizeBytes: null, testedAt: null, versions: {} };
}

it.each(Object.entries(TEXTS))("%s is read", async (name, [text, read, expected]) => {
  expect(await read(write(name, text))).toEqual(expected);
});
