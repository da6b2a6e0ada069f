/** The few styles we print in (ECMA-48 SGR codes). */

type Style = (text: string) => string;

export type Colors = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow" | "cyan", Style>>;

function style(on: number, off: number): Style {
  return (text) => `\u001B[${on}m${text}\u001B[${off}m`;
}

const plain: Style = (text) => text;

export const COLORS: Colors = {
  bold: style(1, 22),
  dim: style(2, 22),
  red: style(31, 39),
  green: style(32, 39),
  yellow: style(33, 39),
  cyan: style(36, 39),
};

export const NO_COLORS: Colors = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };
