/** The shapes that there are, and which of them an image boots on. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import { platformImages } from "../platform-images.ts";
import { notFound } from "../refusals.ts";
import { hasShape, regionOf } from "../regions.ts";
import { A1_SHAPE, MICRO_SHAPE } from "../shapes.ts";
import { find, requireCompartment } from "../stored.ts";
import { listed } from "./lists.ts";
import { type Asked, needed, type Route } from "./route.ts";

const BASE = "/20160918";

/** What an image boots on: one that names no shape is taken for an x86 image until one is added. */
export function shapesOf(asked: Asked, id: string): readonly string[] {
  const platform = platformImages(regionOf(asked.call)).find((each) => each.id === id);
  if (platform) return [platform.shape];
  const custom = find(asked.call, asked.call.world.state.oci.images, id);
  if (!custom) throw notFound("Core Image", id);
  return custom.shapes.length === 0 ? [MICRO_SHAPE] : custom.shapes.map(({ name }) => name);
}

function shapeFields(): readonly Attributes[] {
  const common = { billingType: "ALWAYS_FREE", gpus: 0, localDisks: 0, isLiveMigrationSupported: false };
  const range = (min: number, max: number): Json => ({ min, max });
  return [
    {
      ...common,
      shape: A1_SHAPE,
      isFlexible: true,
      ocpus: 1,
      memoryInGBs: 6,
      ocpuOptions: range(1, 80),
      memoryOptions: {
        minInGBs: 1,
        maxInGBs: 512,
        defaultPerOcpuInGBs: 6,
        minPerOcpuInGBs: 1,
        maxPerOcpuInGBs: 64,
      },
      maxVnicAttachments: 2,
      maxVnicAttachmentOptions: { min: 2, max: 24, defaultPerOcpu: 1 },
      networkingBandwidthInGbps: 1,
      networkPorts: 1,
      processorDescription: "3.0 GHz Ampere® Altra™",
      platformConfigOptions: null,
    },
    {
      ...common,
      shape: MICRO_SHAPE,
      isFlexible: false,
      ocpus: 1,
      memoryInGBs: 1,
      maxVnicAttachments: 1,
      networkingBandwidthInGbps: 0.48,
      networkPorts: 1,
      processorDescription: "2.0 GHz AMD EPYC™ 7551 (Naples)",
      platformConfigOptions: null,
    },
  ];
}

export const shapeRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/shapes`,
    run(asked) {
      requireCompartment(asked.call, "Core Shape", needed(asked.query, "compartmentId"));
      const image = asked.query.get("imageId");
      const fitting = image ? shapesOf(asked, image) : null;
      const domain = asked.query.get("availabilityDomain");
      const isThere = (shape: string): boolean => domain === null || hasShape(asked.call, domain, shape);
      return listed(
        asked,
        shapeFields().filter(
          ({ shape }) => (fitting === null || fitting.includes(String(shape))) && isThere(String(shape)),
        ),
      );
    },
  },
];
