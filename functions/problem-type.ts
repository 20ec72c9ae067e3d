/** The type (RFC 9457) of every problem that this suite defines itself. Clients compare it, so it must not change. */
export const problemType = (name: string): string => `urn:spillway:problem:${name}`;
