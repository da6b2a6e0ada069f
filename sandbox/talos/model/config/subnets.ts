/** Addresses and subnets as Talos' lists of them are read. */
import ipaddr from "ipaddr.js";

/** `10.0.0.0/24` or `10.0.0.1`, also with `!` in front. */
export function isSubnetOrAddress(text: string): boolean {
  const bare = text.replace(/^!/, "");
  return bare.includes("/") ? ipaddr.isValidCIDR(bare) : ipaddr.isValid(bare);
}

/** Whether a list of subnets lets an address through: every `!` excludes, a list without any other lets the rest in. */
export function subnetsAllow(subnets: readonly string[], address: string): boolean {
  if (subnets.some((subnet) => subnet.startsWith("!") && contains(subnet.slice(1), address))) return false;
  const wanted = subnets.filter((subnet) => !subnet.startsWith("!"));
  return wanted.length === 0 || wanted.some((subnet) => contains(subnet, address));
}

/** The first usable address of a subnet: `10.96.0.0/12` → `10.96.0.1`; null for what is no subnet. */
export function firstAddress(subnet: string): string | null {
  if (!ipaddr.isValidCIDR(subnet)) return null;
  const [address] = ipaddr.parseCIDR(subnet);
  const bytes = address.toByteArray();
  bytes.splice(-1, 1, (bytes.at(-1) ?? 0) + 1);
  return ipaddr.fromByteArray(bytes).toString();
}

function contains(subnet: string, address: string): boolean {
  const whole = subnet.includes("/") ? subnet : `${subnet}/${subnet.includes(":") ? 128 : 32}`;
  if (!ipaddr.isValidCIDR(whole) || !ipaddr.isValid(address)) return false;
  const [network, length] = ipaddr.parseCIDR(whole);
  const parsed = ipaddr.parse(address);
  return parsed.kind() === network.kind() && parsed.match(network, length);
}
