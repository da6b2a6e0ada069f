/** Every call that the sandbox answers, by service. */
import { balancerHealthRoutes } from "./balancer-health.ts";
import { balancerRoutes } from "./balancers.ts";
import { capabilitySchemaRoutes } from "./capability-schemas.ts";
import { certificateRoutes } from "./certificates.ts";
import { consoleHistoryRoutes } from "./console-histories.ts";
import { drgRoutes } from "./drgs.ts";
import { identityRoutes } from "./identity.ts";
import { imageRoutes } from "./images.ts";
import { instancePoolRoutes } from "./instance-pools.ts";
import { instanceRoutes } from "./instances.ts";
import { limitRoutes } from "./limits.ts";
import { loadBalancerRoutes } from "./load-balancers.ts";
import { networkRoutes } from "./network.ts";
import type { Route } from "../http/route.ts";
import { securityGroupRoutes } from "./security-groups.ts";
import { serviceGatewayRoutes } from "./service-gateways.ts";
import { shapeRoutes } from "./shapes.ts";
import { bucketRoutes } from "./storage/buckets.ts";
import { copyRoutes } from "./storage/copies.ts";
import { lifecyclePolicyRoutes } from "./storage/lifecycle-policy.ts";
import { objectRoutes } from "./storage/objects.ts";
import { preauthenticatedRoutes } from "./storage/preauthenticated.ts";
import { retentionRuleRoutes } from "./storage/retention-rules.ts";
import { uploadRoutes } from "./storage/uploads.ts";
import { versionRoutes } from "./storage/versions.ts";
import { tagRoutes } from "./tags.ts";
import { vnicRoutes } from "./vnics.ts";
import { bootVolumeRoutes } from "./boot-volumes.ts";
import { volumeBackupRoutes } from "./volume-backups.ts";
import { declarations, parts } from "../resources/index.ts";
import { collection } from "../http/collection.ts";
import { partRoutes } from "../http/parts.ts";

/** In the order in which they are looked for: what has calls of its own comes before the collections. */
export const ROUTES: readonly Route[] = [
  ...identityRoutes,
  ...tagRoutes,
  ...networkRoutes,
  ...drgRoutes,
  ...serviceGatewayRoutes,
  ...securityGroupRoutes,
  ...instanceRoutes,
  ...instancePoolRoutes,
  ...consoleHistoryRoutes,
  ...vnicRoutes,
  ...imageRoutes,
  ...shapeRoutes,
  ...capabilitySchemaRoutes,
  ...bootVolumeRoutes,
  ...balancerHealthRoutes,
  ...certificateRoutes,
  ...volumeBackupRoutes,
  ...declarations.flatMap((each) => collection(each)),
  ...parts.flatMap(partRoutes),
  ...balancerRoutes,
  ...loadBalancerRoutes,
  ...limitRoutes,
  ...bucketRoutes,
  ...copyRoutes,
  ...objectRoutes,
  ...retentionRuleRoutes,
  ...uploadRoutes,
  ...versionRoutes,
  ...preauthenticatedRoutes,
  ...lifecyclePolicyRoutes,
];
