import { MAX_PARTS } from '../engine/limits.ts';

/**
 * How small and how large a part may be, in the kernel's own units of work. It determines the parts, so changing it
 * takes a new version of the kernel.
 */
export interface PartSize {
  /** Below this a part would cost more in messages than in work: about a tenth of a second. */
  readonly smallest: number;
  /** Above this a part would keep a worker too long: a few seconds. */
  readonly largest: number;
}

/** A range of units: from `start` up to, but without, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** So many parts let progress move in steps of one per cent. */
const TARGET_PARTS = 100;

/** The most units that fit into {@link MAX_PARTS} parts: what an input schema allows. */
export const maxUnits = ({ largest }: PartSize): number => largest * MAX_PARTS;

/**
 * Cuts `total` units (a safe integer, at most `maxUnits`) into equal parts, the last one possibly shorter: a
 * hundred of them where that keeps each within `size`, fewer for small totals, more for large ones.
 */
export const evenSplit = (total: number, size: PartSize): { parts: number; range(part: number): Range } => {
  const units = Math.min(Math.max(Math.ceil(total / TARGET_PARTS), size.smallest), size.largest);
  return {
    parts: Math.max(1, Math.ceil(total / units)),
    range: (part) => ({ start: part * units, end: Math.min((part + 1) * units, total) }),
  };
};
