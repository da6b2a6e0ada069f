/** One call of the API: its method, its path, and who answers it. */
import type { Pve } from "../model/context.ts";
import type { Data, Page, Parameters } from "./http.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

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

export const get = (path: string, run: Route["run"]): Route => ({ method: "GET", path, run });
export const post = (path: string, run: Route["run"]): Route => ({ method: "POST", path, run });
export const put = (path: string, run: Route["run"]): Route => ({ method: "PUT", path, run });
export const remove = (path: string, run: Route["run"]): Route => ({ method: "DELETE", path, run });
