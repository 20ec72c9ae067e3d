/** What the URN of every problem of this service's own begins with. */
const PREFIX = 'urn:spillway:problem:';

/** The `type` of a problem (RFC 9457) that says more than its status, by its name, such as `too-many-active`. */
export const problemType = (name: string): string => PREFIX + name;
