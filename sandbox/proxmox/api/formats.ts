/** The named formats of PVE's schema, as far as the sandbox checks them (pve-common JSONSchema.pm and those who register there). */
import ipaddr from "ipaddr.js";

const LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?";
const ID = /^[a-zA-Z][\w-]+$/;

const matches =
  (pattern: RegExp, why: string) =>
  (value: string): string | undefined =>
    pattern.test(value) ? undefined : why;

const isIp = (value: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value);
const isCidr = (value: string): boolean => ipaddr.isValidCIDR(value);
/** It becomes part of an interface name, so it is short. */
const SDN_ID = /^[a-z][a-z0-9]{0,6}[a-z0-9]$/i;

const sdnId = (kind: string) => (value: string) =>
  SDN_ID.test(value) ? undefined : `${kind} ID '${value}' contains illegal characters`;

/** What is wrong with a value of a format. */
const FORMATS: Readonly<Record<string, (value: string) => string | undefined>> = {
  "pve-node": matches(new RegExp(`^${LABEL}$`), "value does not look like a valid node name"),
  "pve-vmid": matches(/^[1-9]\d{2,8}$/, "value does not look like a valid VM ID"),
  "pve-configid": matches(ID, "invalid configuration ID"),
  "pve-storage-id": matches(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, "storage ID contains illegal characters"),
  "pve-userid": matches(/^[^\s:/]+@[A-Za-z][\w.-]+$/, "value does not look like a valid user name"),
  "pve-realm": matches(/^[A-Za-z][\w.-]+$/, "value does not look like a valid realm"),
  "pve-roleid": matches(/^[\w.-]+$/, "value does not look like a valid role name"),
  "pve-groupid": matches(/^[\w.-]+$/, "value does not look like a valid group name"),
  "pve-poolid": matches(/^[\w-]+(\/[\w-]+){0,2}$/, "value does not look like a valid pool name"),
  "pve-iface": matches(/^[a-z][a-z0-9_]{1,20}([:.]\d+)?$/i, "invalid network interface name"),
  "pve-bridge-id": matches(/^[-_.\w]+$/, "invalid bridge name"),
  "pve-sdn-zone-id": sdnId("zone"),
  "pve-sdn-vnet-id": sdnId("vnet"),
  "pve-sdn-controller-id": sdnId("controller"),
  "dns-name": matches(new RegExp(`^${LABEL}(\\.${LABEL})*$`), "value does not look like a valid DNS name"),
  "mac-addr": matches(/^[a-f0-9][02468ace](:[a-f0-9]{2}){5}$/i, "value does not look like a valid unicast MAC address"),
  "disk-size": matches(/^\d+(\.\d+)?[KMGT]?$/, "value does not look like a valid disk size"),
  "pve-volume-id": matches(/^[^/:\s]+:.+$/, "unable to parse volume ID"),
  "email-opt": matches(/^$|^[^@\s]+@[^@\s]+$/, "value does not look like a valid email address"),
  ip: (value) => (isIp(value) ? undefined : "value is not a valid IP address"),
  ipv4: (value) => (ipaddr.IPv4.isValidFourPartDecimal(value) ? undefined : "value is not a valid IPv4 address"),
  ipv6: (value) => (ipaddr.IPv6.isValid(value) ? undefined : "value is not a valid IPv6 address"),
  CIDR: (value) => (isCidr(value) ? undefined : "value does not look like a valid CIDR network"),
  IPorCIDR: (value) =>
    isIp(value) || isCidr(value) ? undefined : "value does not look like a valid IP address or CIDR network",
  address: (value) =>
    isIp(value) || new RegExp(`^${LABEL}(\\.${LABEL})*$`).test(value) ? undefined : "value is not a valid address",
};

/** What is wrong with a value; undefined where nothing is, and for the formats that are not in the table. */
export function wrongFormat(format: string, value: string): string | undefined {
  const one = FORMATS[format];
  if (one) return one(value);
  const [, item] = /^(.+)-list$/.exec(format) ?? [];
  const each = item === undefined ? undefined : FORMATS[item];
  return (
    each &&
    listOf(value)
      .map(each)
      .find((why) => why !== undefined)
  );
}

/** PVE's lists: separated by commas, semicolons or blanks. */
export function listOf(text: string | undefined): string[] {
  return (text ?? "").split(/[,;\s\0]+/).filter((part) => part !== "");
}
