import { Buffer } from 'node:buffer';

/** What is used of a global that @types/node does not know. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** The memory of a program and an address in it, as programs export them. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}
export interface Address {
  readonly value: number;
}

/** Starts a program of `assembly/compiled/`. It imports nothing, and its memory never grows. */
export const start = <Exports>(program: string): Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(program, 'base64'))).exports as Exports;
