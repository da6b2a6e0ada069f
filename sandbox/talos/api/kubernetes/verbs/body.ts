/** The bodies of requests: JSON, YAML, protobuf. */
import { parseYaml } from "../../../../../config/yaml.ts";
import { ApiError, badRequest } from "../objects/errors.ts";
import type { Value } from "../objects/fields.ts";
import type { Part } from "../kinds/kinds.ts";
import { fromProtobuf, isProtobuf } from "../kinds/protobuf.ts";

/** The body of a request, by what it begins with and its content type. @throws ApiError */
export function bodyOf(bytes: Buffer, contentType: string, part: Part | ""): Value {
  if (isProtobuf(bytes)) {
    if (part === "status")
      throw new ApiError(415, "UnsupportedMediaType", "the sandbox reads no status as protobuf, send application/json");
    return fromProtobuf(bytes);
  }
  const text = bytes.toString();
  if (text.trim() === "") return null;
  try {
    const read: Value = JSON.parse(contentType.includes("yaml") ? JSON.stringify(parseYaml(text)) : text);
    return read;
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw badRequest(`couldn't get version/kind; json parse error: ${why}`);
  }
}
