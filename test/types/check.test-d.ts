// How a type test says what it expects. Type tests are compiled and never run.

/** Whether two types are the same, not merely assignable to each other. */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless the type is `true`. */
export declare function check<T extends true>(): void;
