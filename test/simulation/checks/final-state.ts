import { type Computation, isActive } from '../../../functions/lib/engine/computation.ts';
import { childrenOf, type Node, partsBelow, rootOf } from '../../../functions/lib/engine/tree.ts';
import type { Clients } from '../world/clients.ts';
import type { Functions } from '../world/functions.ts';
import type { Input } from '../world/kernels.ts';
import type { Platform } from '../world/platform.ts';
import { INVARIANT } from './invariants.ts';
import type { Life } from './lives.ts';

/** How many old messages are delivered once more when all is over. */
const REPLAYED = 20;

const problemOf = (computation: Computation): string =>
  computation.status === 'failed' ? computation.error.type : '';

/** How a computation that behaves like this fails when nothing else goes wrong. */
const FAILURE: Record<Exclude<Input['behaviour']['is'], 'well'>, string> = {
  refuses: 'refused',
  'large part': 'refused',
  'large result': 'refused',
  throws: 'kernel-failed',
  'cannot combine': 'kernel-failed',
  crashes: 'crashed',
};

/** A lone part is never combined nor kept, and a walk is kept only at its checkpoints. */
const maySucceed = ({ input, kind, total }: Computation): boolean => {
  const { behaviour } = input as unknown as Input;
  if (behaviour.is === 'cannot combine') return kind === 'sequential' || total === 1;
  if (behaviour.is === 'large part') return kind === 'sequential' || total === 1;
  return behaviour.is === 'well';
};

/** What must hold when nothing goes wrong any more and everything had its time. */
export class FinalState {
  readonly #platform: Platform;
  readonly #functions: Functions;
  #last = new Map<string, Computation>();
  #computed = 0;

  constructor(platform: Platform, functions: Functions) {
    this.#platform = platform;
    this.#functions = functions;
  }

  /** Whether nothing is active, and neither a message nor a request is left. */
  get isQuiet(): boolean {
    if (!this.#functions.isIdle || this.#platform.network.onTheirWay > 0) return false;
    for (const computation of this.#platform.store.computations.values())
      if (isActive(computation)) return false;
    return true;
  }

  #violate(invariant: string, computation: Computation, detail: string) {
    const { tenant, id, status, epoch } = computation;
    this.#platform.world.violate(invariant, `${tenant}/${id} (${epoch.slice(0, 4)}, ${status}) ${detail}`);
  }

  settled() {
    const { store, lives, world, queue, deadLetters } = this.#platform;
    for (const computation of store.computations.values()) this.#ended(computation);
    if (queue.size + deadLetters.size > 0) {
      world.violate(
        INVARIANT.accounted,
        `${queue.size} messages and ${deadLetters.size} dead letters are left`,
      );
    }
    if (world.profile.kind === 'calm') for (const life of lives.all()) this.#happenedOnce(life);
  }

  #ended(computation: Computation) {
    if (isActive(computation)) return this.#violate(INVARIANT.accounted, computation, 'never ended');
    const { behaviour } = computation.input as unknown as Input;
    const problem = problemOf(computation);
    if (computation.status === 'cancelled') return;
    if (this.#platform.world.profile.kind !== 'storm') {
      if (computation.status !== 'succeeded') {
        this.#violate(INVARIANT.justified, computation, `with ${problem}, though nothing lasted`);
      }
      return;
    }
    if (computation.status === 'succeeded') {
      if (!maySucceed(computation)) {
        this.#violate(INVARIANT.result, computation, `though its kernel ${behaviour.is}`);
      }
      return;
    }
    // What a crash or a deadline may end is checked where it happens.
    const expected = behaviour.is === 'well' ? 'kernel-failed' : FAILURE[behaviour.is];
    if (![expected, 'crashed', 'too-old', 'kernel-failed'].includes(problem)) {
      this.#violate(INVARIANT.justified, computation, `with ${problem}, not with ${expected}`);
    }
  }

  /** Without faults: every part computed once, every message sent once, nothing swept. */
  #happenedOnce(life: Life) {
    const { first, attempts, computed, sent } = life;
    const wasLeftAlone = attempts.length === 1 && life.goneAt === undefined;
    const now = this.#platform.store.computations.get(`${first.tenant}/${first.id}`);
    if (!wasLeftAlone || now?.epoch !== first.epoch || now.status !== 'succeeded') return;
    const { size } = first.input as unknown as Input;
    if (first.kind === 'parallel') {
      if (computed.size !== size || [...computed.values()].some((times) => times !== 1)) {
        this.#violate(INVARIANT.once, now, `computed ${JSON.stringify([...computed])}`);
      }
    } else if (new Set(life.steps).size !== life.steps.length) {
      this.#violate(INVARIANT.once, now, `stepped from ${life.steps.join(', ')}`);
    }
    const messages = first.kind === 'parallel' ? nodesOf(size) : life.checkpointSteps.length + 1;
    if (sent.size !== messages || [...sent.values()].some((times) => times !== 1)) {
      this.#violate(INVARIANT.once, now, `sent ${JSON.stringify([...sent])}, not ${messages} messages`);
    }
  }

  /** Old messages come once more, to the workers and as dead letters, and somebody asks for everything again. */
  replay(clients: Clients) {
    const { store, sentBodies, world, queue, deadLetters, lives } = this.#platform;
    this.#last = new Map(store.computations);
    this.#computed = sumOf(lives.all());
    world.trace('HISTORY', () => 'old messages come again');
    for (let count = 0; count < Math.min(REPLAYED, sentBodies.length); count += 1) {
      const body = sentBodies.length <= REPLAYED ? (sentBodies[count] ?? '') : world.dice.pick(sentBodies);
      queue.send(body);
      deadLetters.send(body);
    }
    this.#platform.onArrival();
    for (const tenant of new Set([...store.computations.values()].map((one) => one.tenant))) {
      clients.send(tenant, { do: 'list', limit: 3 });
    }
  }

  replayed() {
    const { store, world, lives } = this.#platform;
    for (const [key, computation] of store.computations) {
      if (this.#last.get(key) !== computation)
        this.#violate(INVARIANT.terminal, computation, 'was changed by old mail');
    }
    const computed = sumOf(lives.all()) - this.#computed;
    if (computed > 0) world.violate(INVARIANT.wasted, `old mail had ${computed} parts computed`);
  }
}

const sumOf = (lives: Iterable<Life>): number => {
  let sum = 0;
  for (const { computed, steps } of lives) {
    sum += steps.length;
    for (const times of computed.values()) sum += times;
  }
  return sum;
};

const nodesOf = (parts: number, node: Node = rootOf(parts)): number =>
  partsBelow(node, parts) === 1
    ? 1
    : childrenOf(node, parts).reduce((sum, child) => sum + nodesOf(parts, child), 1);
