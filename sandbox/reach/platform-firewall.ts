/** The iptables of Oracle's platform images: SSH, and what commands of cloud-init let in besides; the rest is rejected. */
import { parseYaml } from "../../config/yaml.ts";
import { z } from "zod";
import type { Instance } from "../oci/resources/instance.ts";
import { isWithin, type Packet } from "./packet.ts";

const SSH = 22;
/** A rule that goes before the last one, which rejects; what is appended with -A comes after it and does nothing. */
const RULE = /^iptables -I INPUT -p (\S+) -s (\S+) --dport (\d+) -j ACCEPT$/;

const cloudConfig = z.looseObject({ runcmd: z.array(z.unknown()).default([]) });

function commands({ userData }: Instance): readonly string[] {
  if (!userData.startsWith("#cloud-config")) return [];
  try {
    return cloudConfig.parse(parseYaml(userData)).runcmd.filter((each) => typeof each === "string");
  } catch {
    return [];
  }
}

/** Whether the iptables let a new connection in. */
export function platformAdmits(instance: Instance, { from, protocol, port }: Packet): boolean {
  if (protocol === "tcp" && port === SSH) return true;
  return commands(instance).some((command) => {
    const [, of, source = "", dport] = RULE.exec(command) ?? [];
    return of === protocol && Number(dport) === port && isWithin(from, source);
  });
}
