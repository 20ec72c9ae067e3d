import type { Computation } from '../../../functions/lib/engine/computation.ts';
import { Changes } from '../checks/changes.ts';
import { FailureReasons } from '../checks/failure-reasons.ts';
import { Lives } from '../checks/lives.ts';
import { Purpose } from '../checks/purpose.ts';
import { Records } from '../checks/records.ts';
import { Responsibility } from '../checks/responsibility.ts';
import type { Decorators } from '../mutation/decorators.ts';
import { Instance, type Invocation, type Role } from './invocation.ts';
import { Network } from './network.ts';
import type { Services } from './services.ts';
import { SimulatedQueue } from './sqs.ts';
import { SimulatedStore } from './store.ts';
import type { World } from './world.ts';

/** How often SQS hands out a message before it becomes a dead letter, as the stack has it. */
const MAX_RECEIVES = 8;

const DEAD_LETTER_VISIBILITY_MS = 180_000;

/** What the functions run on: the table, the queues, the network, and the instances that there are. */
export class Platform implements Services {
  readonly world: World;
  /** Deliberate mistakes, where the history is one of a mutant. */
  readonly decorators: Decorators;
  readonly network: Network;
  readonly lives = new Lives();
  readonly store: SimulatedStore;
  readonly queue: SimulatedQueue;
  readonly deadLetters: SimulatedQueue;
  readonly purpose: Purpose;
  readonly responsibility: Responsibility;
  readonly failureReasons: FailureReasons;
  /** Bodies of all messages that were ever sent, in their order. */
  readonly sentBodies: string[] = [];
  /** Called when a message may have become visible. */
  onArrival: () => void = () => {};
  #number = 0;
  #instances = 0;

  constructor(
    world: World,
    resultOf: (computation: Computation) => { readonly text: string },
    decorators: Decorators,
  ) {
    this.world = world;
    this.decorators = decorators;
    this.network = new Network(world);
    const changes = new Changes(world, this.lives, resultOf, () => this.store);
    const records = new Records(world, this.lives);
    this.store = new SimulatedStore(world, {
      computation: (...change) => changes.see(...change),
      slots: (...change) => records.slots(...change),
      checkpoint: (...change) => records.checkpoint(...change),
    });
    decorators.store?.(this.store);
    const options = {
      now: () => world.now,
      pick: (length: number) => {
        const picked = Math.floor(world.dice.uniform() * length);
        if (picked > 0) world.faults.count('message delivered out of order');
        return picked;
      },
    };
    this.deadLetters = new SimulatedQueue({ ...options, visibilityMs: DEAD_LETTER_VISIBILITY_MS });
    this.queue = new SimulatedQueue({
      ...options,
      visibilityMs: world.profile.visibilityMs,
      redrive: { maxReceiveCount: MAX_RECEIVES, deadLetters: this.deadLetters },
    });
    this.purpose = new Purpose(this);
    this.responsibility = new Responsibility(this);
    this.failureReasons = new FailureReasons(world);
  }

  /** A number that has not been used before. */
  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  /** A new instance of a function, of the version that is deployed now; while both are, of either. */
  start(role: Role): Instance {
    const { deployment } = this.world.profile;
    const at = this.world.now - this.world.start;
    const isNew =
      deployment === undefined ||
      at >= deployment.to ||
      (at >= deployment.from && this.world.dice.chance(0.5));
    this.#instances += 1;
    return new Instance(this.world, role, this.#instances, isNew ? 'new' : 'old');
  }

  /** Whether the version of this instance is being replaced, or it is by chance. */
  isReplaced(instance: Instance): boolean {
    const { deployment } = this.world.profile;
    if (instance.version === 'old' && this.world.now - this.world.start >= (deployment?.to ?? 0)) return true;
    return this.world.faults.occurs('instance replaced');
  }

  /** A message reaches SQS, which may keep it for a while, twice, or not at all. */
  post(body: string, by: Invocation): void {
    const { faults, dice } = this.world;
    this.sentBodies.push(body);
    this.purpose.sent(body, by);
    if (faults.occurs('message lost')) {
      this.responsibility.messageLost(body);
      return;
    }
    const copies = faults.occurs('message duplicated') ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = faults.occurs('message delayed') ? dice.scale(1_000, 900_000) : dice.uniform() * 50;
      this.queue.send(body, delay).sentAt = this.world.now;
      this.world.scheduler.after(delay, () => this.onArrival());
    }
  }

  /** The queue forgets everything that it holds. */
  loseEverything(): void {
    for (const { body } of this.queue.purge()) this.responsibility.messageLost(body);
  }
}
