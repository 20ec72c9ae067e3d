import { closeSync, readSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../infra/local/mailbox.ts';

/** Reads so many bytes, which are there. */
const read = (file: number, length: number): string => {
  const bytes = Buffer.alloc(length);
  if (length > 0) expect(readSync(file, bytes)).toBe(length);
  return bytes.toString();
};

describe.runIf(process.platform === 'linux')('a mailbox', () => {
  it('hands each message to one side, whole, wherever its reader is when it is taken back', () => {
    const message = fc.string({ unit: 'grapheme', maxLength: 200 });
    const mailbox = new Mailbox();
    fc.assert(
      fc.property(message, message, fc.boolean(), fc.nat(), (first, second, isOne, point) => {
        const messages = isOne ? [first] : [first, second];
        const framed = messages.map((text) => `${String(Buffer.byteLength(text)).padStart(4, '0')}${text}`);
        for (const text of messages) mailbox.put(text);
        const all = Buffer.from(framed.join(''));
        const newest = Buffer.byteLength(framed.at(-1) ?? '');
        const already = point % (all.length + 1);
        expect(read(mailbox.end, already)).toBe(all.subarray(0, already).toString());

        const isBegun = already > all.length - newest;
        expect(mailbox.takeBack()).toBe(!isBegun);
        expect(mailbox.takeBack()).toBe(false);

        const rest = all.length - already - (isBegun ? 0 : newest);
        expect(read(mailbox.end, rest)).toBe(all.subarray(already, already + rest).toString());
      }),
    );
    closeSync(mailbox.end);
    mailbox.close();
  });

  it('takes messages that a pipe takes whole', () => {
    const mailbox = new Mailbox();
    const largest = 'ü'.repeat(2_046);
    expect(Mailbox.fits(`${largest}a`)).toBe(false);
    expect(Mailbox.fits(largest)).toBe(true);
    mailbox.put(largest);
    mailbox.put(largest);
    expect(mailbox.takeBack()).toBe(true);
    expect(read(mailbox.end, 4_096)).toBe(`4092${largest}`);
    closeSync(mailbox.end);
    mailbox.close();
  });
});
