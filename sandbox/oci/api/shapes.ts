/** The shapes that there are. */
import { bootShapes, requireImage } from "../resources/image.ts";
import { availabilityDomains, hasShape, regionOf } from "../model/regions.ts";
import { shapeFields, shapesOf } from "../model/shapes.ts";
import { requireCompartment } from "../model/records.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { Route } from "../http/route.ts";

const BASE = "/20160918";

/** The list of shapes, also of those that an image boots on. */
export const shapeRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/shapes`,
    run(request) {
      requireCompartment(request.call, "Core Shape", needed(request.query, "compartmentId"));
      const { oci } = request.call.world.state;
      const image = request.query.get("imageId");
      const name = request.query.get("shape");
      const fitting = image ? bootShapes(requireImage(request.call, "Core Image", image)) : null;
      const domain = request.query.get("availabilityDomain");
      const domains = domain ? [domain] : availabilityDomains(regionOf(request.call), oci.adPrefix);
      const wanted = shapesOf(oci.account).filter(
        (shape) => (fitting === null || fitting.includes(shape)) && (!name || shape === name),
      );
      // Of a region each availability domain lists its own (oracle/oci 8.28.0, its acceptance tests).
      const shapes = domains.flatMap((each) => wanted.filter((shape) => hasShape(request.call, each, shape)));
      // What it has been narrowed to is not of the shapes' own fields.
      const rest = [...request.query].filter(([field]) => field !== "imageId" && field !== "availabilityDomain");
      return listed({ ...request, query: new URLSearchParams(rest) }, shapes.map(shapeFields));
    },
  },
];
