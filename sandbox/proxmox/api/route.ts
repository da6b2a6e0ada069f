/** One call of the API: its method, its path, and who answers it. */
import type { Pve } from "../model/context.ts";
import type { Data, Page, Parameters } from "./http.ts";

/** Of HTTP. */
export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** A call that is played. */
export interface Route {
  readonly method: Method;
  /** `nodes/{node}/qemu/{vmid}/config` */
  readonly path: string;
  /** True for the calls that need no ticket. */
  readonly open?: true;
  /** True for the calls about a node that any other answers. */
  readonly anywhere?: true;
  /** What it answers; nothing is null. */
  readonly run: (pve: Pve, parameters: Parameters) => Data | Page | Promise<Data> | void;
}

/** A call that reads. */
export const get = (path: string, run: Route["run"]): Route => ({ method: "GET", path, run });
/** A call that makes or starts something. */
export const post = (path: string, run: Route["run"]): Route => ({ method: "POST", path, run });
/** A call that changes something. */
export const put = (path: string, run: Route["run"]): Route => ({ method: "PUT", path, run });
/** A call that deletes something. */
export const remove = (path: string, run: Route["run"]): Route => ({ method: "DELETE", path, run });
