/** Kubeconfig: the admin's, as the one file of a .tar.gz, which is what Talos' Copy sends. */
import { gzipSync } from "node:zlib";
import { newKubeconfig } from "../model/kubeconfig.ts";
import { controlPlaneOnly } from "../model/machines.ts";
import { ADMIN, onConfigured } from "./method.ts";
import { archive } from "./tar.ts";

/** Signed by any control plane, also before the bootstrap. */
export const kubeconfig = onConfigured(ADMIN, (machine, { world }) => {
  controlPlaneOnly(machine, "kubeconfig");
  const now = new Date(world.now());
  return {
    bytes: gzipSync(archive([{ name: "kubeconfig", text: newKubeconfig(machine.facts.cluster, now).raw }], now)),
  };
});
