/** Transforms: other arguments for the inner resources of a construct, where the config has no field for them. */
import type { IConstruct } from "constructs";
import { LabError } from "./error.ts";

/**
 * Changes the arguments of an inner resource: some that are laid over ours, each as a whole; or a function that gets ours
 * and returns those to use.
 *
 * @example
 * const transform: Transform<CoreVcnConfig> = { dnsLabel: "mine" };
 * const other: Transform<CoreVcnConfig> = (vcn) => ({ ...vcn, cidrBlocks: [...(vcn.cidrBlocks ?? []), "10.1.0.0/16"] });
 */
export type Transform<Arguments> = Partial<Arguments> | ((ours: Arguments) => Arguments);

/** For each inner resource, by its name among the construct's `nodes`. Of several under one name, each is changed. */
export type Transforms<Inner> = { readonly [Name in keyof Inner]?: Transform<Inner[Name]> | undefined };

/**
 * Reads values by name, and makes synth refuse names that are never read: a misspelt transform, or one of
 * something that this lab does not have, would be ignored silently.
 */
export function taken<Given extends object>(
  scope: IConstruct,
  given: Given | undefined,
): <Name extends keyof Given & string>(name: Name) => Given[Name] | undefined {
  if (given !== undefined && (typeof given !== "object" || given === null))
    throw new LabError(scope, { at: "transform", got: typeof given, allowed: "an object of transforms by name" });
  const names = new Set<string>();
  scope.node.addValidation({
    validate: () =>
      Object.keys(given ?? {})
        .filter((name) => !names.has(name))
        .map((name) => `transform.${name}: got a name of nothing here, allowed ${[...names].join(", ")}`),
  });
  return (name) => {
    names.add(name);
    return given?.[name];
  };
}

/** Gives the arguments of a construct's inner resources: ours, changed by what its `transform` says of that name. */
export function transforming<Inner>(
  scope: IConstruct,
  transforms: Transforms<Inner> | undefined,
): <Name extends keyof Inner & string>(name: Name, ours: Inner[Name]) => Inner[Name] {
  const take = taken(scope, transforms);
  return (name, ours) => transformed(scope, name, ours, take(name));
}

/** @throws LabError for what is neither arguments nor a function that returns them */
export function transformed<Arguments>(
  scope: IConstruct,
  name: string,
  ours: Arguments,
  transform: Transform<Arguments> | undefined,
): Arguments {
  if (transform === undefined) return ours;
  const changed = isFunction(transform) ? transform(ours) : { ...ours, ...transform };
  // JavaScript does not check it: a forgotten `return`, or one value for all.
  if (Object(transform) === transform && Object(changed) === changed) return changed;
  const got = isFunction(transform) ? `a function that returns ${String(changed)}` : String(transform);
  const allowed = "arguments, or a function that returns arguments";
  throw new LabError(scope, { at: `transform.${name}`, got, allowed });
}

function isFunction<Arguments>(transform: Transform<Arguments>): transform is (ours: Arguments) => Arguments {
  return typeof transform === "function";
}
