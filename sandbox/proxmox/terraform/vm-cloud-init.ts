/** The `initialization` block as bpg's provider reads it from a machine's configuration. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { Vm } from "../../world/proxmox.ts";
import { properties } from "../model/properties.ts";
import { driveKeys, isCloudInit, volumeId } from "../model/vm-drives.ts";
import { block, blocks, strings, text } from "./values.ts";
import { DEFAULTS } from "./vm-rules.ts";

/** What PVE gives instead of a password. */
const MASKED = "**********";

/** None where the machine has no cloud-init drive and none of its options. */
export function cloudInitAttributes({ config }: Vm, state: Attributes | undefined): readonly Attributes[] {
  const drive = driveKeys(config).find((key) => isCloudInit(config[key] ?? ""));
  const ip = ipConfigs(config);
  if (drive === undefined && ip.length === 0 && config.ciuser === undefined) return [];
  const volid = drive === undefined ? "" : (volumeId(config[drive] ?? "") ?? "");
  const files = properties(config.cicustom ?? "", "");
  return [
    {
      ...(drive !== undefined && {
        interface: state && text(state, "interface") === "" ? "" : drive,
        datastore_id: volid.split(":")[0] ?? DEFAULTS["initialization.datastore_id"] ?? null,
        file_format: /\.(\w+)$/.exec(volid)?.[1] ?? "",
      }),
      type: config.citype ?? "",
      upgrade: config.ciupgrade !== "0",
      user_data_file_id: files.get("user") ?? "",
      vendor_data_file_id: files.get("vendor") ?? "",
      network_data_file_id: files.get("network") ?? "",
      meta_data_file_id: files.get("meta") ?? "",
      ...(wanted(state, "ip_config") && { ip_config: ip }),
      ...(wanted(state, "dns") && { dns: dns(config, state && block(state, "dns")) }),
      ...(wanted(state, "user_account") && { user_account: account(config, state && block(state, "user_account")) }),
    },
  ];
}

/** A sub-block that the config left out stays out, whatever a template brought along. */
function wanted(state: Attributes | undefined, name: string): boolean {
  return state === undefined || blocks(state, name).length > 0;
}

function ipConfigs(config: Vm["config"]): Json[] {
  const last = Math.max(-1, ...Object.keys(config).map((key) => Number(/^ipconfig(\d+)$/.exec(key)?.[1] ?? -1)));
  return Array.from({ length: last + 1 }, (_, n) => {
    const options = properties(config[`ipconfig${n}`] ?? "", "");
    const family = (ip: string, gw: string): Json[] => {
      const [address, gateway] = [options.get(ip), options.get(gw)];
      return address === undefined && gateway === undefined ? [] : [{ address: address ?? "", gateway: gateway ?? "" }];
    };
    return { ipv4: family("ip", "gw"), ipv6: family("ip6", "gw6") };
  });
}

function dns({ nameserver, searchdomain }: Vm["config"], state: Attributes | undefined): Json[] {
  if (nameserver === undefined && searchdomain === undefined) return [];
  const servers = nameserver?.split(" ") ?? [];
  const unset = servers.length === 0 && state !== undefined && strings(state, "servers") === undefined;
  return [{ domain: searchdomain ?? "", ...(unset ? {} : { servers }) }];
}

function account(config: Vm["config"], state: Attributes | undefined): Json[] {
  const { ciuser, cipassword, sshkeys } = config;
  if (ciuser === undefined && cipassword === undefined && sshkeys === undefined) return [];
  const keys = sshkeys?.split("%0A").map(decodeURIComponent) ?? [];
  const noKeys = keys.length === 0 && state !== undefined && strings(state, "keys") === undefined;
  const said = state && text(state, "password");
  return [
    {
      ...(ciuser === undefined && state !== undefined && text(state, "username") === undefined
        ? {}
        : { username: ciuser ?? "" }),
      password: said ?? (cipassword === undefined ? "" : MASKED),
      ...(noKeys ? {} : { keys }),
    },
  ];
}
