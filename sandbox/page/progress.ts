/** How far the deploys that work in the sandbox have come, as they tell it themselves. Nothing of it is kept. */

/** One stack that is being deployed. */
export interface StackProgress {
  readonly stack: string;
  readonly done: number;
  readonly total: number;
  /** What is being made, changed or destroyed, by its address; null between two. */
  readonly current: string | null;
}

/** What is told by connections: what one has told goes with it. */
export interface DeployProgress {
  /** @param told null of a stack that has come to its end */
  tell(owner: object, stack: string, told: Omit<StackProgress, "stack"> | null): void;
  forget(owner: object): void;
  now(): readonly StackProgress[];
}

/** Nothing is under way. */
export function deployProgress(): DeployProgress {
  const owners = new Map<object, Map<string, StackProgress>>();
  return {
    tell(owner, stack, told) {
      const stacks = owners.get(owner) ?? new Map<string, StackProgress>();
      if (told === null) stacks.delete(stack);
      else stacks.set(stack, { stack, ...told });
      owners.set(owner, stacks);
    },
    forget: (owner) => void owners.delete(owner),
    now: () => [...owners.values()].flatMap((stacks) => [...stacks.values()]),
  };
}
