/** Launches by an instance configuration: the instance, and the VNICs beside its primary one. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import { blocks, isObject, maybeText } from "../model/attributes.ts";
import { refuse } from "../model/not-played.ts";
import { notFound } from "../model/refusals.ts";
import { type Instance, instance } from "../resources/instance.ts";
import { launchDetailsOf } from "../resources/instance-launch.ts";
import { instanceConfiguration } from "../resources/instance-configuration.ts";
import { vnicAttachment } from "../resources/vnic-attachment.ts";
import { make } from "../http/collection.ts";
import type { ApiRequest } from "../http/route.ts";

/** What is said of it; nothing where it is no object. */
export function object(value: Json | undefined): Attributes {
  return isObject(value) ? value : {};
}

/** What a placement of a pool says of a VNIC, as a launch says it. */
export function vnicOf({ isAssignIpv6Ip = null, ...said }: Attributes): Attributes {
  return isAssignIpv6Ip === null ? said : { ...said, assignIpv6Ip: isAssignIpv6Ip };
}

function configurationOf({ call }: ApiRequest, configurationId: string) {
  const found = call.world.state.oci.instanceConfigurations.find(({ id }) => id === configurationId);
  if (!found) throw notFound(instanceConfiguration.service, configurationId);
  return found;
}

/** An instance as the configuration describes it, with what else is said laid over that. */
export function launchFrom(request: ApiRequest, configurationId: string, more: Attributes): Instance {
  const { compartmentId, instanceDetails, gmcConfigs = null } = configurationOf(request, configurationId);
  refuse(["block_volumes", "gmc_configs"], { ...instanceDetails, gmcConfigs });
  const { createVnicDetails, ...launch } = launchDetailsOf(instanceDetails);
  return make(request, instance, {
    compartmentId,
    ...launch,
    ...more,
    createVnicDetails: { ...object(createVnicDetails), ...object(more.createVnicDetails) },
  });
}

/** The VNICs that the configuration names, each in the subnet that the placement has for one of that name. */
export function attachSecondary(
  request: ApiRequest,
  configurationId: string,
  { id: instanceId }: Instance,
  placed: readonly Attributes[],
): void {
  for (const each of blocks(configurationOf(request, configurationId).instanceDetails, "secondaryVnics")) {
    const displayName = maybeText(each, "displayName");
    const { displayName: _, ...place } = placed.find((one) => maybeText(one, "displayName") === displayName) ?? {};
    make(request, vnicAttachment, {
      instanceId,
      ...(displayName !== null && { displayName }),
      createVnicDetails: { ...object(each.createVnicDetails), ...vnicOf(place) },
    });
  }
}
