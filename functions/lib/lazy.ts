/** The value that `make` gives, made when it is first asked for: what only some requests need delays no start. */
export const once = <T>(make: () => T): (() => T) => {
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
    Object.defineProperty(object, name, { get: once(() => get.call(object)) });
  }
  return object;
};
