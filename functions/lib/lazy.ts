/**
 * A function that calls `make` when it is first called, and answers with the same value from then on. What only some
 * invocations need (a schema, a client, a module that is loaded with `import()`) then delays no start of an instance.
 *
 * @example
 * const Item = lazy(() => z.object({ id: z.int() }));
 * Item().safeParse(value);
 */
export const lazy = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** The object itself, each of whose getters runs once, when it is first read. */
export const memoized = <T extends object>(object: T): T => {
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    if (get === undefined) continue;
    Object.defineProperty(object, name, { get: lazy(() => get.call(object)) });
  }
  return object;
};
