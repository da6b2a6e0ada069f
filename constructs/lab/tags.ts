import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";

interface Taggable extends IConstruct {
  freeformTags: Record<string, string>;
  readonly freeformTagsInput?: Record<string, string>;
}

function isTaggable(node: IConstruct): node is Taggable {
  return "freeformTagsInput" in node;
}

/** Puts the lab's freeform tags on every OCI resource that can carry them; a resource's own tags win. */
export class FreeformTags implements IAspect {
  readonly #tags: Readonly<Record<string, string>>;

  constructor(tags: Readonly<Record<string, string>>) {
    this.#tags = tags;
  }

  visit(node: IConstruct): void {
    if (isTaggable(node)) node.freeformTags = { ...this.#tags, ...node.freeformTagsInput };
  }
}
