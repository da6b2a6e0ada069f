/** State of the sandbox's Talos machines and clusters. Owned by sandbox/talos. */
export type TalosState = Record<string, never>;
