import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler } from './world/scheduler.ts';

const never = () => false;

describe('virtual time', () => {
  it('has each event at its time, and of two at the same time the one that was planned first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), async (times) => {
        const scheduler = new Scheduler(0);
        const happened: { time: number; planned: number }[] = [];
        times.forEach((time, planned) => {
          scheduler.at(time, () => happened.push({ time: scheduler.now, planned }));
        });
        await scheduler.run(100, never);
        const expected = times.map((time, planned) => ({ time, planned }));
        expect(happened).toEqual(expected.sort((a, b) => a.time - b.time || a.planned - b.planned));
      }),
    );
  });

  it('follows every promise to its end before the next event', async () => {
    const scheduler = new Scheduler(0);
    const happened: string[] = [];
    const walk = async () => {
      for (let step = 0; step < 50; step += 1) await undefined;
      happened.push('promise');
    };
    scheduler.at(1, () => void walk());
    scheduler.at(1, () => happened.push('event'));
    await scheduler.run(2, never);
    expect(happened).toEqual(['promise', 'event']);
  });

  it('stands still where it is told to, and goes on from there', async () => {
    const scheduler = new Scheduler(0);
    const happened: number[] = [];
    const again = () => {
      happened.push(scheduler.now);
      scheduler.after(10, again);
    };
    again();
    await scheduler.run(25, never);
    expect([happened, scheduler.now]).toEqual([[0, 10, 20], 25]);
    await scheduler.run(100, () => happened.length === 5);
    expect([happened, scheduler.now]).toEqual([[0, 10, 20, 30, 40], 40]);
  });

  it('ends with an error that an event throws', async () => {
    const scheduler = new Scheduler(0);
    scheduler.at(1, () => {
      throw new Error('broken');
    });
    await expect(scheduler.run(2, never)).rejects.toThrow('broken');
  });
});
