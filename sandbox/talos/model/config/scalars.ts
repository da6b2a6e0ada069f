/** Scalars of a configuration that have a form of their own: checked, and written the way Talos writes them. */
import { isIP, isIPv4 } from "node:net";
import type { ScalarName } from "./notation.ts";

/** The text as Talos would write it back, or null when it is no such thing. */
export function normalize(scalar: ScalarName, text: string): string | null {
  switch (scalar) {
    case "duration":
      return duration(text);
    case "url":
      return url(text);
    case "prefix":
      return text === "" || prefix(text) ? text : null;
    case "addr":
      return text === "" || isIP(text) !== 0 ? text : null;
    case "auto":
      return ["off", "stable"].includes(text) ? text : null;
    case "bytes":
      return Buffer.from(text, "base64").toString("base64") === text ? text : null;
    case "manifest":
      return text.replace(/^[\t\n\v\f\r]+/, "");
    default:
      return text;
  }
}

/** What each form is called in a message. */
export const forms: Readonly<Record<ScalarName, string>> = {
  string: "text",
  bool: "true or false",
  int: "a whole number",
  uint: "a whole number of 0 or more",
  bytes: "base64",
  duration: "a duration such as 90s or 1h30m",
  url: "a URL",
  prefix: "an address with its prefix length, such as 10.0.0.5/24",
  addr: "an IP address",
  auto: "off or stable",
  manifest: "text",
  text: "text",
  raw: "text",
};

function prefix(text: string): boolean {
  const [address = "", length = ""] = text.split("/");
  if (isIP(address) === 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return false;
  return Number(length) <= (isIPv4(address) ? 32 : 128);
}

function url(text: string): string | null {
  // Go takes `host:port` for a path whose first segment has a colon in it, and refuses that.
  if (/^[^/?#]*:/.test(text) && !/^[a-z][a-z0-9+.-]*:/i.test(text)) return null;
  if (/^[a-z][a-z0-9+.-]*:\d+/i.test(text) && !text.includes("//")) return null;
  return /\s/.test(text) ? null : text;
}

const units: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Go's time.Duration, in and out: `90s` is written `1m30s`. */
function duration(text: string): string | null {
  if (!/^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*)$/.test(text))
    return null;
  let nanoseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d*\.?\d*)(ns|us|µs|ms|s|m|h)/g)) {
    nanoseconds += Number(amount) * (units[unit ?? ""] ?? 0);
  }
  return (text.startsWith("-") && nanoseconds > 0 ? "-" : "") + writeDuration(Math.round(nanoseconds));
}

function writeDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const seconds = nanoseconds / 1e9;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(9))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
