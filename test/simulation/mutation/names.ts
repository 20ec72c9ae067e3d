/**
 * A name of the code under test. It is given as a reference, not as a text: the compiler knows it, and an editor that
 * renames the thing renames the reference. Either an exported function or class itself, or a function that only returns
 * what is meant: `() => MAX_PARTS`, `(checkpoint: Checkpoint) => checkpoint.step`.
 */
export type Named = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** A function that returns a variable or a member, and the last name in it. */
const REFERENCE = /^\(?\s*[\w$]*\s*\)?\s*=>\s*(?:[\w$]+\??\.)*([\w$]+)$/;

export const nameOf = (named: Named): string => REFERENCE.exec(named.toString())?.[1] ?? named.name;
