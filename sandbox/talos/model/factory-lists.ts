/**
 * What the image factory lists: versions of Talos and the official extensions of each. Of an extension only the name is known
 * here; its tag and digest are in a registry, and author and description in its image.
 */
import { minorOf } from "../../../config/versions.ts";

/** Releases of the minor versions that the sandbox plays, by their last patch (siderolabs/talos, seen 2026-11). */
const LAST_PATCH: Readonly<Record<string, number>> = { "1.12": 11, "1.13": 9, "1.14": 1 };

/** siderolabs/extensions, Makefile of release-1.12. */
const IN_1_12 = `
  amazon-ena amd-ucode amdgpu binfmt-misc bird2 bnx2-bnx2x btrfs chelsio-drivers chelsio-firmware cloudflared crun
  ctr drbd dvb-cx23885 dvb-m88ds3103 ecr-credential-provider fuse3 gasket-driver glibc gpio-pinctrl gvisor
  gvisor-debug hailort hello-world-service i915 intel-ice-firmware intel-ucode iscsi-tools kata-containers lldpd
  mdadm mei mellanox-mstflint metal-agent multipath-tools nebula netbird newt nfs-utils nfsd nfsrahead
  nonfree-kmod-nvidia-lts nonfree-kmod-nvidia-production nut-client nvidia-container-toolkit-lts
  nvidia-container-toolkit-production nvidia-fabricmanager-lts nvidia-fabricmanager-production
  nvidia-gdrdrv-device nvidia-open-gpu-kernel-modules-lts nvidia-open-gpu-kernel-modules-production nvme-cli
  panfrost qemu-guest-agent qlogic-firmware realtek-firmware revpi-firmware soci-snapshotter spin
  stargz-snapshotter tailscale tenstorrent thunderbolt trident-iscsi-tools uinput usb-audio-drivers
  usb-modem-drivers util-linux-tools v4l-uvc-drivers vc4 vmtoolsd-guest-agent wasmedge xdma-driver xe
  xen-guest-agent youki zerotier zfs
`;

/** What newer minor versions have more (release-1.13, release-1.14). */
const SINCE: Readonly<Record<string, string>> = {
  "1.13": "intel-npu joydev px-fuse rockchip-rknn uhid",
  "1.14": "harbor-credential-provider hyperv-guest-agent kata-containers-snp",
};

/** With no prerelease; the oldest first, as the factory has them. */
export function talosVersions(): readonly string[] {
  return Object.entries(LAST_PATCH).flatMap(([minor, last]) =>
    Array.from({ length: last + 1 }, (_, patch) => `v${minor}.${patch}`),
  );
}

/** Names such as `siderolabs/qemu-guest-agent`, A to Z. @param version one of `talosVersions` */
export function officialExtensions(version: string): readonly string[] {
  const minor = minorOf(version.replace(/^v/, ""));
  const more = Object.entries(SINCE).flatMap(([since, names]) => (minor >= since ? names.split(" ") : []));
  return [...IN_1_12.trim().split(/\s+/), ...more]
    .filter((name) => !(name === "gpio-pinctrl" && ["v1.12.0", "v1.12.1"].includes(version)))
    .toSorted()
    .map((name) => `siderolabs/${name}`);
}
