/** Who may change the tags of a virtual machine (pve-guest-common, GuestHelpers.pm). A new machine may have any. */
import { type Pve, ROOT } from "./context.ts";
import { assertMay, denied, may } from "./permissions.ts";
import { properties } from "./properties.ts";

/** The tags in a list, by any of PVE's separators. */
export function tagsOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[;, ]+/).filter((tag) => tag !== "");
}

/** Tags as a machine keeps them: each once, in lower case and in order, unless the datacenter's `tag-style` says otherwise. */
export function uniqueTags({ datacenter }: Pve, text: string): string {
  const style = properties(datacenter.options?.["tag-style"] ?? "", "");
  const isCase = style.get("case-sensitive") === "1";
  const tags = [...new Set(tagsOf(isCase ? text : text.toLowerCase()))];
  return (style.get("ordering") === "config" ? tags : tags.sort()).join(";");
}

/** @throws PveError 403 without VM.Config.Options, or for a tag that the datacenter keeps for others */
export function assertMayTag(pve: Pve, vmid: number, before: string | undefined, after: string | undefined): void {
  if (pve.user === ROOT) return;
  assertMay(pve, `/vms/${vmid}`, ["VM.Config.Options"]);
  if (may(pve, "/", ["Sys.Modify"])) return;
  const [old, now] = [tagsOf(before), tagsOf(after)];
  const changed = [...old.filter((tag) => !now.includes(tag)), ...now.filter((tag) => !old.includes(tag))];
  const strange = changed.find((tag) => !isFree(pve, tag));
  if (strange !== undefined) throw denied(`/, Sys.Modify for modifying tag '${strange}'`);
}

/** Whether a tag is for everybody: by the datacenter's options `registered-tags` and `user-tag-access`. */
function isFree(pve: Pve, tag: string): boolean {
  const { options = {}, vms } = pve.datacenter;
  if (tagsOf(options["registered-tags"]).includes(tag)) return false;
  const access = properties(options["user-tag-access"] ?? "", "user-allow");
  const allow = access.get("user-allow") ?? "free";
  if (allow === "free") return true;
  if (allow !== "none" && tagsOf(access.get("user-allow-list")).includes(tag)) return true;
  const seen = Object.values(vms).filter(({ vmid }) => may(pve, `/vms/${vmid}`, ["VM.Audit"]));
  return allow === "existing" && seen.some(({ config }) => tagsOf(config.tags).includes(tag));
}
