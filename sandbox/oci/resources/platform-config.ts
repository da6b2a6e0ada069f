/** How a virtual machine's platform is set: what shields its start, and its threads. */
import { z } from "zod";
import type { Attributes } from "../../plugin/resource.ts";
import { parsed } from "../kernel/operations.ts";
import { flag } from "../kernel/resource.ts";
import { isObject } from "../model/attributes.ts";
import { invalid } from "../model/refusals.ts";

const SERVICE = "Core Instance";

/** Of the types that virtual machines have (oracle/oci-go-sdk v65, core/platform_config.go), with the shapes that take them. */
const TYPES: Readonly<Record<string, RegExp>> = {
  AMD_VM: /^VM\.(?:Standard|DenseIO)\.E/,
  INTEL_VM: /^VM\.(?:Standard|DenseIO|Optimized)[1-9]/,
};

const body = z.object({
  type: z.string(),
  isSecureBootEnabled: flag.default(false),
  isTrustedPlatformModuleEnabled: flag.default(false),
  isMeasuredBootEnabled: flag.default(false),
  isMemoryEncryptionEnabled: flag.default(false),
  isSymmetricMultiThreadingEnabled: flag.default(true),
});

/** What is said, over what there was. @throws ServiceRefusal 400 for a type that the shape does not take */
export function platformConfig(given: Attributes, before: Attributes | null, shape: string): Attributes | null {
  const { platformConfig: said = null } = given;
  if (!isObject(said)) return before;
  const next = parsed(SERVICE, body, { ...before, ...said });
  // In its own words (oracle/oci 8.28.0, its acceptance tests).
  if (TYPES[next.type]?.test(shape)) return next;
  throw invalid(SERVICE, `${shape} does not support the provided platform configuration.`, "platform_config");
}
