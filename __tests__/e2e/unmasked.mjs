// For the canary test, with node's --import: the CLI without its masker, to see that the test would find what gets out.
import { registerHooks } from "node:module";

const SOURCE = `
export const SENSITIVE = "(sensitive)";
export const learn = () => undefined;
export const learnLater = () => undefined;
export const learnEnvironment = () => undefined;
export const learnSecretsFile = () => undefined;
export const masked = (text) => text;
`;

registerHooks({
  load: (url, context, next) =>
    url.endsWith("/cli/ui/masker.ts") ? { format: "module", source: SOURCE, shortCircuit: true } : next(url, context),
});
