/** What to do where the sandbox's stand-in of a provider lacks a type, which Terraform tells as if the provider did. */
import { type Choices, SYSTEMS } from "../providers/choices.ts";
import type { Diagnostic } from "../terraform/ui.ts";

/** Terraform's and OpenTofu's words. */
const NO_SUCH_TYPE = /provider \S+ does not support (?:resource type|data source) "(?<type>(?<system>[a-z]+)_\w+)"/;

/**
 * @param providers which providers play in the sandbox
 * @returns a line for each type that a stand-in lacks
 */
export function standInAdvice(providers: Choices, diagnostics: readonly Diagnostic[]): readonly string[] {
  const lines = diagnostics.flatMap(({ summary, detail }) => {
    const { type = "", system } = NO_SUCH_TYPE.exec(`${summary} ${detail}`)?.groups ?? {};
    const played = SYSTEMS.find((each) => each === system);
    if (played === undefined || providers[played] === "real") return [];
    return [
      `To do about ${type}: the sandbox's stand-in of provider ${played} has the types that the lab itself uses, and not this one; the real provider plays here with --providers ${played}=real, and a real account knows no stand-in`,
    ];
  });
  return [...new Set(lines)];
}
