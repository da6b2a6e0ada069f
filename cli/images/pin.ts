/** `lab images pin`: fills in what cannot be known offline, where the network allows. */
import { pinBuilder } from "../../images/pin-builder.ts";
import { pinSource } from "../../images/pins.ts";
import { printDocument } from "../commands/document.ts";
import { atImages, type ImagesOptions } from "./place.ts";

export async function pinCommand(options: ImagesOptions): Promise<number> {
  return atImages(options, "lab images pin", async ({ inputs, terminal, interruption }) => {
    const { signal } = interruption;
    const source = await pinSource({ root: inputs.root, signal });
    terminal.line(`pinned ${source.source_url}`);
    terminal.line("this makes other images: npx lab images build builds them, and images.lock.json is to be committed");
    const builder = await pinBuilder({ root: inputs.root, signal });
    terminal.line(`pinned ${builder.image} at ${builder.digest}`);
    if (options.json) printDocument({ source, builder });
    return 0;
  });
}
