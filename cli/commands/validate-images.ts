/** `lab validate images`: looks at templates, lock and builds, and changes nothing. */
import { definedOnly } from "../environment.ts";
import { atImages, type ImagesOptions } from "../images/place.ts";
import { isWell, showFindings } from "../show/findings.ts";
import { validateImages } from "../validate/images.ts";
import { printDocument } from "./document.ts";

/** Exits with 1 when something fails. */
export function validateImagesCommand(options: ImagesOptions): Promise<number> {
  return atImages(options, "lab validate images", async ({ inputs, artifacts, terminal, interruption }) => {
    const findings = await validateImages({
      root: inputs.root,
      inputs,
      artifacts,
      env: definedOnly(process.env),
      signal: interruption.signal,
      status: (line) => terminal.status(line),
    });
    if (options.json) printDocument({ ok: isWell(findings), findings });
    else showFindings(terminal, findings);
    return isWell(findings) ? 0 : 1;
  });
}
