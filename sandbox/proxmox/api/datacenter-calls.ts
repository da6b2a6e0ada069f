/** Calls about what all nodes share: logins, storages, the firewall. */
import type { Pve } from "../pve/context.ts";
import { setFirewallOptions } from "../pve/firewall.ts";
import { logIn } from "../pve/login.ts";
import { storageOf, updateStorage } from "../pve/storage.ts";
import { type Data, needed, type Parameters } from "./http.ts";

export function ticket(pve: Pve, parameters: Parameters): Data {
  const name = needed(parameters, "username");
  const username = parameters.realm === undefined ? name : `${name}@${parameters.realm}`;
  const login = logIn(pve, username, needed(parameters, "password"));
  const { corosync } = pve.datacenter;
  return {
    username,
    ticket: login.ticket,
    CSRFPreventionToken: login.csrfToken,
    ...(corosync && { clustername: corosync.name }),
  };
}

export function storageSection(pve: Pve, id: string): Data {
  const { type, content, disable, nodes: only, path, vgname, thinpool } = storageOf(pve, id);
  return {
    storage: id,
    type,
    content: content.join(","),
    ...(disable && { disable: 1 }),
    ...(only.length > 0 && { nodes: only.join(",") }),
    ...(path !== undefined && { path }),
    ...(vgname !== undefined && { vgname }),
    ...(thinpool !== undefined && { thinpool }),
  };
}

export function setStorage(pve: Pve, { storage = "", content, disable, nodes: only }: Parameters): Data {
  const list = (text: string): string[] => text.split(/[,; ]+/).filter((part) => part !== "");
  updateStorage(pve, storage, {
    ...(content !== undefined && { content: list(content) }),
    ...(disable !== undefined && { disable: disable === "1" }),
    ...(only !== undefined && { nodes: list(only) }),
  });
  return { storage, type: storageOf(pve, storage).type };
}

export function firewallOptions({ datacenter }: Pve): Data {
  const { enable, ebtables, policy_in, policy_out, policy_forward } = datacenter.firewall.options;
  return { enable: enable ? 1 : 0, ebtables: ebtables ? 1 : 0, policy_in, policy_out, policy_forward };
}

export function setFirewall(pve: Pve, parameters: Parameters): Data {
  const { enable, ebtables, policy_in, policy_out, policy_forward } = parameters;
  setFirewallOptions(pve, {
    ...(enable !== undefined && { enable: enable === "1" }),
    ...(ebtables !== undefined && { ebtables: ebtables === "1" }),
    ...(policy_in !== undefined && { policy_in }),
    ...(policy_out !== undefined && { policy_out }),
    ...(policy_forward !== undefined && { policy_forward }),
  });
  return null;
}
