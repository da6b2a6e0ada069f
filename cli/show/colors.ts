/** The few styles we print in. */
import { styleText } from "node:util";

type Style = (text: string) => string;

export type Colors = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow" | "cyan", Style>>;

/** Whether there are to be colours is asked once, of the terminal. */
function style(name: keyof Colors): Style {
  return (text) => styleText(name, text, { validateStream: false });
}

const plain: Style = (text) => text;

export const COLORS: Colors = {
  bold: style("bold"),
  dim: style("dim"),
  red: style("red"),
  green: style("green"),
  yellow: style("yellow"),
  cyan: style("cyan"),
};

export const NO_COLORS: Colors = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };
