import type { Codec } from '../engine/kernel.ts';

/** A float64 with all its bits: 8 bytes. */
export const float64: Codec<number> = {
  encode(value) {
    const bytes = new Uint8Array(8);
    view(bytes).setFloat64(0, value);
    return bytes;
  },
  decode: (bytes) => view(bytes).getFloat64(0),
};

/** A safe integer: 8 bytes. Encoding anything else throws a RangeError, since it would be rounded already. */
export const integer: Codec<number> = {
  encode(value) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
    return float64.encode(value);
  },
  decode: float64.decode,
};

/** An integer of any size: a byte for its sign (1 when negative) and its magnitude, most significant byte first. */
export const bigint: Codec<bigint> = {
  encode(value) {
    const negative = value < 0n;
    const hex = (negative ? -value : value).toString(16);
    return Buffer.from((negative ? '01' : '00') + (hex.length % 2 === 0 ? hex : `0${hex}`), 'hex');
  },
  decode(bytes) {
    const magnitude = BigInt(`0x${Buffer.from(bytes.subarray(1)).toString('hex')}`);
    return bytes[0] === 1 ? -magnitude : magnitude;
  },
};

/**
 * What JSON can hold: strings, booleans, null, safe integers, arrays and plain objects. It loses −0, NaN and
 * `undefined`, so floating-point state belongs in {@link float64}.
 */
export const json = <T>(): Codec<T> => ({
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()),
});

/** A record of other codecs: its fields in the order given here, each after its length in four bytes. */
export const struct = <T extends object>(fields: { readonly [K in keyof T]: Codec<T[K]> }): Codec<T> => {
  const names = Object.keys(fields) as (keyof T)[];
  return {
    encode(value) {
      const chunks: Uint8Array[] = [];
      for (const name of names) {
        const bytes = fields[name].encode(value[name]);
        const length = new Uint8Array(4);
        view(length).setUint32(0, bytes.length);
        chunks.push(length, bytes);
      }
      return Buffer.concat(chunks);
    },
    decode(bytes) {
      const value: Partial<T> = {};
      let position = 0;
      for (const name of names) {
        const start = position + 4;
        position = start + view(bytes).getUint32(position);
        value[name] = fields[name].decode(bytes.subarray(start, position));
      }
      return value as T;
    },
  };
};

/** Bytes may lie anywhere in their buffer, so a view must start where they do. Big-endian, as DataView is. */
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
