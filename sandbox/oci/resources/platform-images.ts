/** Images that Oracle provides: the same in every tenancy, in no world file. */
import { wellKnownId } from "../model/regions.ts";
import { isX86, SHAPES } from "../model/shapes.ts";
import type { Image } from "./image.ts";

/** Oracle builds them monthly; these two months stand for them. */
const BUILDS = ["2026.06.30-0", "2026.05.29-0"];

const FAMILIES = [
  { os: "Canonical Ubuntu", name: "Canonical-Ubuntu-24.04", version: "24.04", minimal: false },
  { os: "Canonical Ubuntu", name: "Canonical-Ubuntu-24.04-Minimal", version: "24.04 Minimal", minimal: true },
  { os: "Canonical Ubuntu", name: "Canonical-Ubuntu-22.04", version: "22.04", minimal: false },
  { os: "Canonical Ubuntu", name: "Canonical-Ubuntu-22.04-Minimal", version: "22.04 Minimal", minimal: true },
  { os: "Oracle Linux", name: "Oracle-Linux-10", version: "10", minimal: false },
  { os: "Oracle Linux", name: "Oracle-Linux-9", version: "9", minimal: false },
  { os: "Oracle Linux", name: "Oracle-Linux-8", version: "8", minimal: false },
] as const;

const byRegion = new Map<string, readonly Image[]>();

/** Newest first. Ubuntu Minimal for Arm says so in its version; the others only in their names. */
export function platformImages(region: string): readonly Image[] {
  const known = byRegion.get(region) ?? build(region);
  byRegion.set(region, known);
  return known;
}

function build(region: string): readonly Image[] {
  return BUILDS.flatMap((date) =>
    FAMILIES.flatMap(({ os, name, version, minimal }) =>
      [false, true].map((arm) => {
        const displayName = `${name}${arm ? "-aarch64" : ""}-${date}`;
        return {
          id: wellKnownId("image", region, displayName),
          compartmentId: "",
          region,
          freeformTags: {},
          definedTags: {},
          displayName,
          launchMode: "NATIVE",
          operatingSystem: os,
          operatingSystemVersion: arm && minimal ? `${version} aarch64` : version,
          sizeInMBs: 47_694,
          objectName: null,
          baseImageId: null,
          firmware: "UEFI_64",
          shapes: SHAPES.filter((shape) => isX86(shape) !== arm).map((shape) => ({ shape, compartmentId: null })),
          timeCreated: `${date.slice(0, 10).replaceAll(".", "-")}T08:00:00.000Z`,
        };
      }),
    ),
  );
}
