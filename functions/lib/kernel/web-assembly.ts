/** The part of a global that is used here, because @types/node does not declare it. */
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

/** An instance of a compiled program (a `*.wasm.ts`). It imports nothing, and its memory never grows. */
export const instantiate = <Exports>(program: string): Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(program, 'base64'))).exports as Exports;
