/** What the API server refuses of names, labels, numbers and ports, in its words. */
import type { Cause } from "../objects/errors.ts";
import { at, type Fields, mapAt, textAt, type Value } from "../objects/fields.ts";
import { bad, required, when } from "./causes.ts";
import type { Kind } from "./kinds.ts";

const LABEL =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
/** What a name that is a part of a host name has to be. */
export const DNS_LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** Whether it is one. */
export const IS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const IS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const IS_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** What is wrong with names and labels of a new object. */
export function metadata({ type: kind, group }: Kind, object: Fields): readonly Cause[] {
  const name = textAt(object, "metadata", "name");
  // Names of rights may have colons.
  const isFree = group === "rbac.authorization.k8s.io";
  const [test, why] =
    kind === "Namespace"
      ? [IS_LABEL, DNS_LABEL]
      : kind === "Service"
        ? [/^[a-z]([-a-z0-9]*[a-z0-9])?$/, DNS_1035]
        : [IS_SUBDOMAIN, SUBDOMAIN];
  return [
    ...when(name === "", () => required("metadata.name", "name or generateName is required")),
    ...when(name !== "" && !isFree && !test.test(name), () => bad("metadata.name", name, why)),
    ...when(name.length > 253 || (kind === "Namespace" && name.length > 63), () =>
      bad("metadata.name", name, `must be no more than ${kind === "Namespace" ? 63 : 253} characters`),
    ),
    ...labels(object, "metadata"),
  ];
}

/** What is wrong with labels. */
export function labels(object: Fields, path: string): readonly Cause[] {
  return Object.entries(mapAt(object, ...path.split("."), "labels")).flatMap(([key, value]) => [
    ...when(value.length > 63, () => bad(`${path}.labels`, value, "must be no more than 63 characters")),
    ...when(!IS_VALUE.test(value), () => bad(`${path}.labels`, value, LABEL)),
    ...when(!/^(?:[a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(key), () =>
      bad(
        `${path}.labels`,
        key,
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ),
    ),
  ]);
}

/** A number below zero. */
export const notNegative = (object: Fields, ...path: readonly string[]): readonly Cause[] => {
  const value = at(object, ...path);
  return when(typeof value === "number" && value < 0, () =>
    bad(path.join("."), value, "must be greater than or equal to 0"),
  );
};

/** Whether a value is the number of a port. */
export const isPort = (value: Value | undefined): boolean => typeof value === "number" && value >= 1 && value <= 65_535;
/** What it has to be. */
export const PORT_RANGE = "must be between 1 and 65535, inclusive";
