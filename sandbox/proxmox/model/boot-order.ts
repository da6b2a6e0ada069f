/** In which order the devices of a machine boot (qemu-server 9.2.6: get_default_bootdevices, print_bootorder, update_vm_api). */
import { failure } from "./errors.ts";
import { properties } from "./properties.ts";
import { isCdrom, isCloudInit, isDrive } from "./vm-drives.ts";

type Config = Readonly<Record<string, string>>;

const KINDS = ["ide", "scsi", "virtio", "sata"];

const orderOf = ({ boot = "" }: Config): readonly string[] =>
  properties(boot, "legacy").get("order")?.split(";").filter(Boolean) ?? [];

/** A line without a value is read back as a blank. */
const printed = (order: readonly string[]): string => (order.length === 0 ? " " : `order=${order.join(";")}`);

/** Of a new machine: the first disk, the first CD drive, the first network device. */
export function defaultBoot(config: Config): string {
  const rank = (key: string): number => KINDS.indexOf(key.replace(/\d+$/, "")) * 100 + Number(/\d+$/.exec(key)?.[0]);
  const drives = Object.keys(config)
    .filter((key) => isDrive(key) && KINDS.includes(key.replace(/\d+$/, "")))
    .toSorted((a, b) => rank(a) - rank(b));
  const isCd = (key: string): boolean => isCdrom(config[key] ?? "");
  const nets = Object.keys(config).filter((key) => /^net\d+$/.test(key));
  const first = [drives.find((key) => !isCd(key)), drives.find(isCd), nets.toSorted((a, b) => rank(a) - rank(b))[0]];
  return printed(first.filter((key) => key !== undefined));
}

/** After a change: without what was taken away, and with new CD drives. */
export function changedBoot(before: Config, after: Config, deleted: readonly string[]): Record<string, string> {
  const order = orderOf(before);
  if (order.length === 0 || deleted.includes("boot") || before.boot !== after.boot) return {};
  const left = order.filter((key) => !deleted.includes(key));
  const isNew = (key: string): boolean => isDrive(key) && after[key] !== before[key] && !left.includes(key);
  const discs = Object.keys(after).filter((key) => {
    const value = after[key] ?? "";
    return isNew(key) && isCdrom(value) && !isCloudInit(value);
  });
  const next = printed([...left, ...discs]);
  return next === before.boot ? {} : { boot: next };
}

/** @throws PveError where a device of the order is not there */
export function checkBootOrder(config: Config): void {
  const missing = orderOf(config).find((device) => !(device in config));
  if (missing) throw failure(`invalid bootorder: device '${missing}' does not exist'`);
}
