import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";
import { literal } from "./literal.ts";

interface Taggable extends IConstruct {
  freeformTags: Record<string, string>;
  /** @default - none */
  readonly freeformTagsInput?: Record<string, string>;
}

function isTaggable(node: IConstruct): node is Taggable {
  return "freeformTagsInput" in node;
}

/**
 * Sets the lab's freeform tags on every OCI resource that has tags. A resource's own tags take precedence over the config's; the
 * tag `lab`, by which a lab identifies its objects, is always set.
 *
 * @example
 * Aspects.of(stack).add(new FreeformTags("mine", { owner: "me" }));
 */
export class FreeformTags implements IAspect {
  readonly #lab: string;
  readonly #tags: Readonly<Record<string, string>>;

  /** @param tags the config's, as people wrote them */
  constructor(lab: string, tags: Readonly<Record<string, string>>) {
    this.#lab = lab;
    this.#tags = Object.fromEntries(Object.entries(tags).map(([key, value]) => [literal(key), literal(value)]));
  }

  visit(node: IConstruct): void {
    if (isTaggable(node)) node.freeformTags = { ...this.#tags, ...node.freeformTagsInput, lab: this.#lab };
  }
}
