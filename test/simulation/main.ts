import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from './faults.ts';
import { type Outcome, runHistory } from './history.ts';
import { mutants } from './mutants/index.ts';
import type { Mutant } from './mutants/mutant.ts';
import { importMutated } from './mutation/modules.ts';

const USAGE = `npm run simulate -- [--seeds N] [--from S]   so many histories, from seed S (1) on
npm run simulate -- --seed S                 one history, with its trace
npm run simulate -- --mutants [--within N]   every deliberate mistake must be caught within N histories;
                                             --only TEXT: those whose names contain the text`;

/** How many histories each mutant is given to be caught. */
const WITHIN = 2_000;

/** How much of a trace is shown where nobody asked for all of it. */
const LAST_LINES = 150;

const failed = ({ seed, kind, violation }: Outcome) =>
  `seed ${seed} (${kind}) breaks ${violation?.invariant}\n  ${violation?.detail}`;

/** Prints one history; whether all invariants held. */
const replay = async (seed: number): Promise<boolean> => {
  const outcome = await runHistory(seed, { traced: true });
  for (const line of outcome.trace) console.log(line);
  console.log(outcome.violation === undefined ? `seed ${seed}: every invariant held` : failed(outcome));
  return outcome.violation === undefined;
};

const simulate = async (from: number, seeds: number): Promise<boolean> => {
  const started = performance.now();
  const faults = new Map<Fault, { times: number; histories: number }>();
  const kinds = new Map<string, number>();
  let events = 0;
  let computations = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = await runHistory(seed);
    if (outcome.violation !== undefined) {
      const { trace } = await runHistory(seed, { traced: true });
      for (const line of trace.slice(-LAST_LINES)) console.log(line);
      console.log(`${failed(outcome)}\nnpm run simulate -- --seed ${seed}`);
      return false;
    }
    events += outcome.events;
    computations += outcome.computations;
    kinds.set(outcome.kind, (kinds.get(outcome.kind) ?? 0) + 1);
    for (const [fault, times] of outcome.faults) {
      const sum = faults.get(fault) ?? { times: 0, histories: 0 };
      faults.set(fault, { times: sum.times + times, histories: sum.histories + 1 });
    }
  }
  const seconds = (performance.now() - started) / 1_000;
  const count = (number: number) => number.toLocaleString('en').padStart(12);
  console.log(`${'fault'.padEnd(36)}${'times'.padStart(12)}${'histories'.padStart(12)}`);
  for (const fault of FAULTS) {
    const { times, histories } = faults.get(fault) ?? { times: 0, histories: 0 };
    console.log(`${fault.padEnd(36)}${count(times)}${count(histories)}`);
  }
  const sorts = [...kinds].map(([kind, number]) => `${number} ${kind}`).join(', ');
  console.log(
    `${seeds} histories (${sorts}) of ${computations} computations and ${events} events: every invariant held`,
  );
  console.log(`${Math.round(seeds / seconds)} seeds per second`);
  return true;
};

type RunHistory = typeof runHistory;

/** How the histories of each mutant run: with changed code, or with decorated ports. */
const runnerOf = () => {
  const load = importMutated();
  return async (mutant: Mutant): Promise<(seed: number) => ReturnType<RunHistory>> => {
    if ('decorators' in mutant) return (seed) => runHistory(seed, mutant);
    const module = new URL('history.ts', import.meta.url);
    const changed = await load<{ runHistory: RunHistory }>(module, mutant.changes);
    return (seed) => changed.runHistory(seed);
  };
};

/** Runs the histories of each mutant until one is broken; whether all mutants were caught. */
const hunt = async (within: number, only: string): Promise<boolean> => {
  const prepare = runnerOf();
  const escaped: string[] = [];
  const hunted = mutants.filter(({ name }) => name.includes(only));
  // A promise that a mutant leaves rejected is caught as well as an invariant that it breaks.
  let unhandled: unknown;
  process.on('unhandledRejection', (reason) => {
    unhandled = reason;
  });
  for (const mutant of hunted) {
    unhandled = undefined;
    const run = await prepare(mutant).catch((cause: unknown) => {
      throw new Error(`mutant "${mutant.name}" cannot be made`, { cause });
    });
    let caught: string | undefined;
    for (let seed = 1; seed <= within && caught === undefined; seed += 1) {
      const { violation } = await run(seed);
      await new Promise((resolve) => setImmediate(resolve));
      if (violation !== undefined)
        caught = `${String(seed).padStart(5)}  ${violation.invariant.split(':')[0]}`;
      else if (unhandled !== undefined) caught = `${String(seed).padStart(5)}  ${unhandled}`;
    }
    console.log(`${caught ?? 'never'}  ${mutant.name}`);
    if (caught === undefined) escaped.push(mutant.name);
  }
  console.log(`${hunted.length - escaped.length} of ${hunted.length} mutants caught within ${within} seeds`);
  return escaped.length === 0;
};

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    within: { type: 'string', default: String(WITHIN) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else {
  const held = values.mutants
    ? await hunt(Number(values.within), values.only)
    : values.seed === undefined
      ? await simulate(Number(values.from), Number(values.seeds))
      : await replay(Number(values.seed));
  process.exitCode = held ? 0 : 1;
}
