/** The data sources: all of them are computed from what the configuration says. */
import { z } from "zod";
import type { DataSource } from "../../plugin/resource.ts";
import { machineConfiguration as generate, machineTypeOf } from "../model/config/generate.ts";
import { defaultFactory, imageUrls } from "../model/image-factory.ts";
import { clientConfigurationSchema, machineSecretsSchema } from "../model/config/secrets.ts";
import { talosconfig } from "../model/talosconfig.ts";
import { defaultKubernetesVersion, defaultTalosVersion } from "../model/config/versions.ts";
import { optionalText, refusing } from "./attributes.ts";

const texts = z.array(z.string().nullable()).nullable();

function present(list: z.infer<typeof texts>): readonly string[] {
  return (list ?? []).flatMap((item) => item ?? []);
}

const configurationSchema = z.object({
  cluster_name: z.string(),
  cluster_endpoint: z.string(),
  machine_type: z.string(),
  machine_secrets: machineSecretsSchema,
  config_patches: texts,
  talos_version: optionalText,
  kubernetes_version: optionalText,
});

/** `talos_machine_configuration`. `docs` and `examples` would only add comments, which the sandbox leaves out. */
export const machineConfiguration: DataSource = {
  read(_call, config) {
    const input = configurationSchema.parse(config);
    const text = refusing("failed to generate machine configuration", undefined, () =>
      generate({
        clusterName: input.cluster_name,
        clusterEndpoint: input.cluster_endpoint,
        machineType: machineTypeOf(input.machine_type),
        secrets: input.machine_secrets,
        patches: present(input.config_patches),
        talosVersion: input.talos_version ?? defaultTalosVersion,
        kubernetesVersion: input.kubernetes_version ?? defaultKubernetesVersion,
      }),
    );
    return { id: input.cluster_name, machine_configuration: text };
  },
};

const clientSchema = z.object({
  cluster_name: z.string(),
  client_configuration: clientConfigurationSchema,
  endpoints: texts,
  nodes: texts,
});

/** `talos_client_configuration`. */
export const clientConfiguration: DataSource = {
  read(_call, config) {
    const { cluster_name, client_configuration, endpoints, nodes } = clientSchema.parse(config);
    return {
      id: cluster_name,
      talos_config: talosconfig({
        clusterName: cluster_name,
        client: client_configuration,
        endpoints: present(endpoints),
        nodes: present(nodes),
      }),
    };
  },
};

const urlsSchema = z.object({
  architecture: optionalText,
  platform: optionalText,
  sbc: optionalText,
  schematic_id: z.string(),
  talos_version: z.string(),
});

/** `talos_image_factory_urls`. */
export const imageFactoryUrls: DataSource = {
  read({ provider }, config) {
    const { architecture, platform, sbc, schematic_id, talos_version } = urlsSchema.parse(config);
    const factory = provider["image_factory_url"];
    const arch = architecture ?? "amd64";
    const urls = refusing("invalid image", undefined, () =>
      imageUrls({
        factory: typeof factory === "string" && factory !== "" ? factory : defaultFactory,
        schematic: schematic_id,
        talosVersion: talos_version,
        platform,
        sbc,
        architecture: arch,
      }),
    );
    return { id: "", architecture: arch, urls };
  },
};
