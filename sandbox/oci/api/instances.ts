/** Instances: launched, changed, switched on and off, terminated. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { Instance } from "../../world/oci.ts";
import { block } from "../attributes.ts";
import { instance } from "../instance.ts";
import { instanceAttributes, systemTags } from "../instance-attributes.ts";
import { preserveBootVolume } from "../boot-volume.ts";
import { incorrectState, invalid } from "../refusals.ts";
import { checkEtag, byRules, collection, record, remove, shown, viewOf } from "./collection.ts";
import { fieldsOf, isObject, nestedTags } from "./fields.ts";
import type { Answer } from "./answer.ts";
import type { Asked, Route } from "./route.ts";

const PATH = "/20160918/instances";

/** Blocks of the provider that say what the API says. */
const BLOCKS = ["agent_config", "availability_config", "instance_options", "launch_options", "shape_config"] as const;

function plugins(config: Attributes): Json {
  const list = config.plugins_config;
  return Array.isArray(list) ? list.map((plugin: Json) => (isObject(plugin) ? fieldsOf(plugin) : plugin)) : [];
}

function view(each: Instance, { call }: Asked): Attributes {
  const attributes = instanceAttributes(each, call.world.state.oci);
  const blocks = Object.fromEntries(BLOCKS.map((name) => [name, fieldsOf(block(attributes, name))]));
  return {
    displayName: each.displayName,
    lifecycleState: each.state,
    availabilityDomain: each.availabilityDomain,
    faultDomain: each.faultDomain,
    region: each.region,
    shape: each.shape,
    ...fieldsOf(blocks),
    agentConfig: {
      ...fieldsOf(block(attributes, "agent_config")),
      pluginsConfig: plugins(block(attributes, "agent_config")),
    },
    imageId: each.imageId,
    launchMode: attributes.launch_mode ?? null,
    sourceDetails: {
      sourceType: "image",
      imageId: each.imageId,
      bootVolumeSizeInGBs: each.bootVolumeGb,
      bootVolumeVpusPerGB: each.bootVolumeVpus,
    },
    metadata: each.metadata,
    extendedMetadata: {},
    securityAttributes: {},
    securityAttributesState: "STABLE",
    isCrossNumaNode: false,
    systemTags: nestedTags(systemTags(call.world.state.oci)),
  };
}

/** The API says `imageId` where the provider says `source_id`. */
function prepare({ sourceDetails, imageId, ...body }: Attributes): Attributes {
  const source = isObject(sourceDetails) ? sourceDetails : {};
  const image = source.imageId ?? source.sourceId ?? imageId;
  return {
    ...body,
    ...((sourceDetails ?? imageId) !== undefined && {
      sourceDetails: { sourceType: "image", ...source, ...(image !== undefined && { sourceId: image }) },
    }),
  };
}

export const instances = byRules<Instance>({
  path: PATH,
  service: "Core Instance",
  resource: "oci_core_instance",
  type: instance,
  states: { creating: "PROVISIONING", deleting: "TERMINATING", deleted: "TERMINATED" },
  listedWhenGone: "ocid1.instance.",
  all: (tenancy) => tenancy.instances,
  view,
  prepare,
});

const ACTIONS: Readonly<Record<string, { from: Instance["state"]; to: Instance["state"]; by: string }>> = {
  START: { from: "STOPPED", to: "RUNNING", by: "STARTING" },
  STOP: { from: "RUNNING", to: "STOPPED", by: "STOPPING" },
  SOFTSTOP: { from: "RUNNING", to: "STOPPED", by: "STOPPING" },
  RESET: { from: "RUNNING", to: "RUNNING", by: "STOPPING" },
  SOFTRESET: { from: "RUNNING", to: "RUNNING", by: "STOPPING" },
};

/** @param name `SOFTSTOP`. @throws 409 in a state that has no such action */
export function switchPower(asked: Asked, found: Instance, name: string): void {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) throw invalid(instances.service, `action ${name} is not valid: ${Object.keys(ACTIONS).join(", ")}.`);
  const before = viewOf(asked, instances, found);
  if (before.lifecycleState !== action.from && before.lifecycleState !== action.to)
    throw incorrectState(
      instances.service,
      `The instance is ${String(before.lifecycleState)}; ${name} needs it to be ${action.from}.`,
    );
  if (found.state === action.from) {
    found.state = action.to;
    if (action.to === "RUNNING") found.startedAt = asked.call.world.now();
    asked.door.lifecycles.begin(found.id, action.by);
    asked.call.world.changed();
  }
}

function act(asked: Asked): Answer {
  const found = record(asked, instances);
  checkEtag(asked, viewOf(asked, instances, found));
  switchPower(asked, found, (asked.query.get("action") ?? "").toUpperCase());
  return shown(viewOf(asked, instances, found));
}

export const instanceRoutes: readonly Route[] = [
  {
    method: "DELETE",
    path: `${PATH}/{id}`,
    async run(asked) {
      const found = record(asked, instances);
      const answer = await remove(asked, instances);
      if (asked.query.get("preserveBootVolume") === "true") preserveBootVolume(asked.call, found);
      return answer;
    },
  },
  ...collection(instances),
  { method: "POST", path: `${PATH}/{id}`, run: act },
];
