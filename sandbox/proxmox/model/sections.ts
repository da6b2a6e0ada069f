/** Configuration that Proxmox VE keeps in sections: realms, metrics servers, mappings, jobs, … (pve-common, SectionConfig.pm). */
import { assertWritable, type Pve } from "./context.ts";
import type { PveError } from "./errors.ts";

/** Options of one section as they were said; a list has `\0` between its items. */
export type Options = Readonly<Record<string, string>>;

/** What a kind of sections has before anybody configures it, by kind. */
const INITIAL: Readonly<Record<string, Readonly<Record<string, Options>>>> = {
  realms: {
    pam: { type: "pam", comment: "Linux PAM standard authentication" },
    pve: { type: "pve", comment: "Proxmox VE authentication server" },
  },
  acmePlugins: { standalone: { type: "standalone" } },
  "notification sendmail": {
    "mail-to-root": { "mailto-user": "root@pam", comment: "Send mails to root@pam's email address" },
  },
  "notification matchers": {
    "default-matcher": { target: "mail-to-root", mode: "all", comment: "Route all notifications to mail-to-root" },
  },
};

/** The sections of a kind, by id. */
export function sectionsOf({ datacenter }: Pick<Pve, "datacenter">, kind: string): Readonly<Record<string, Options>> {
  return datacenter.sections?.[kind] ?? INITIAL[kind] ?? {};
}

/** A section by its id. @throws PveError `why` where there is none */
export function sectionOf(pve: Pve, kind: string, id: string, why: PveError): Options {
  const all = sectionsOf(pve, kind);
  const found = Object.hasOwn(all, id) ? all[id] : undefined;
  if (!found) throw why;
  return found;
}

/** Puts a section in its place, or with null takes it away. */
export function putSection(pve: Pve, kind: string, id: string, options: Options | null): void {
  assertWritable(pve);
  const { [id]: _before, ...others } = sectionsOf(pve, kind);
  const kept = (pve.datacenter.sections ??= {});
  kept[kind] = options === null ? others : { ...sectionsOf(pve, kind), [id]: options };
  pve.world.changed();
}
