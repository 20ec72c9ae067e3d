/** A request to the API that was answered. */
export interface Access {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** A request without its time: `GET /items/1 → 200 in 4 ms`. */
export const accessText = ({ method, target, status, milliseconds }: Access): string =>
  `${method} ${target} → ${status} in ${Math.round(milliseconds)} ms`;
