/** Boot volumes that outlive their instances. */
import type { ProviderContext } from "../../plugin/resource.ts";
import type { OciObject } from "../../world/oci.ts";
import type { Instance } from "./instance.ts";

/** A boot volume that outlived its instance: it takes room until somebody deletes it. */
export interface PreservedBootVolume extends OciObject {
  displayName: string;
  readonly availabilityDomain: string;
  readonly imageId: string;
  readonly sizeInGBs: number;
  readonly vpusPerGB: number;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    /** Of instances that were terminated without them. */
    preservedBootVolumes: PreservedBootVolume[];
  }
}

/** The service gives it no other name; its tags are its own, not those of the instance. */
export function bootVolumeName(instance: Instance): string {
  return `${instance.displayName} (Boot Volume)`;
}

/** Keeps the boot volume of an instance that is terminated. */
export function preserveBootVolume({ world }: ProviderContext, instance: Instance): void {
  const { bootVolumeId, bootVolumeGb, bootVolumeVpus, compartmentId, region, timeCreated } = instance;
  const kept: PreservedBootVolume = {
    id: bootVolumeId,
    compartmentId,
    region,
    timeCreated,
    freeformTags: {},
    definedTags: instance.definedTags,
    displayName: bootVolumeName(instance),
    availabilityDomain: instance.availabilityDomain,
    imageId: instance.imageId,
    sizeInGBs: bootVolumeGb,
    vpusPerGB: bootVolumeVpus,
  };
  world.state.oci.preservedBootVolumes = [...world.state.oci.preservedBootVolumes, kept];
  world.changed();
}
