/** The shapes that there are. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import { bootShapes, requireImage } from "../resources/image.ts";
import { hasShape } from "../model/regions.ts";
import { A1_SHAPE, MICRO_SHAPE } from "../model/shapes.ts";
import { requireCompartment } from "../model/records.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { Route } from "../http/route.ts";

const BASE = "/20160918";

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

/** The list of shapes, also of those that an image boots on. */
export const shapeRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/shapes`,
    run(request) {
      requireCompartment(request.call, "Core Shape", needed(request.query, "compartmentId"));
      const image = request.query.get("imageId");
      const fitting = image ? bootShapes(requireImage(request.call, "Core Image", image)) : null;
      const domain = request.query.get("availabilityDomain");
      const isThere = (shape: string): boolean => domain === null || hasShape(request.call, domain, shape);
      return listed(
        request,
        shapeFields().filter(
          ({ shape }) => (fitting === null || fitting.includes(String(shape))) && isThere(String(shape)),
        ),
      );
    },
  },
];
