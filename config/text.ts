/** Texts that people write with whatever editor they have. */

/** Windows' editors put it before UTF-8 text; no parser of JSON, YAML or ini takes it. */
const BYTE_ORDER_MARK = "\uFEFF";

/** Text without the mark that editors on Windows put before it. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
