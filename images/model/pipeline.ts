/** The Dagger pipeline, for the library: the very files that are the module's, which have to lie in its folder. */
export { type Builder, pinnedImage } from "../../.dagger/src/builder.ts";
export {
  type AllInputs,
  type BuildInputs,
  buildAllImages,
  buildBaseImage,
  buildProxmoxImage,
} from "../../.dagger/src/pipeline.ts";
export { type UploadInputs, uploadToOci } from "../../.dagger/src/upload.ts";
