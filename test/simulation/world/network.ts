import { INVARIANT } from '../checks/invariants.ts';
import type { Fault } from '../faults.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

/** What a service or the way to it answered instead of what was asked for. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

/** The SDK gives a call up when it has tried so long. */
const GIVE_UP_MS = 6_000;

/** A slow call takes so long in all, where there are any. */
const SLOW_MS = { least: 200, most: 5_000 };

/** The longest that a usual call takes, in means; from a distribution whose tail dice of 32 bits do not pass. */
const TAIL = 50;

/** A call's name, and which faults it may meet besides those of any call. */
export interface Call<T> {
  readonly name: string;
  readonly service: 'store' | 'queue';
  readonly kind: 'read' | 'write' | 'send';
  /** Does what is asked for, at once and whole; `attempt` rises when the SDK repeats it. */
  apply(attempt: number): Promise<T>;
  /** What a send does that fails in the middle. */
  applyHalf?(): void;
  show?(answer: T): string;
}

const FAILURES = {
  read: { throttled: 'read failed' },
  write: {
    throttled: 'write throttled',
    lost: 'write timed out',
    unanswered: 'write applied, no answer',
    repeated: 'write repeated by the SDK',
    late: 'write applied after its timeout',
  },
  send: {
    throttled: 'send failed',
    half: 'send failed halfway',
    unanswered: 'send applied, no answer',
    repeated: 'send repeated by the SDK',
  },
} as const satisfies Record<Call<unknown>['kind'], Record<string, Fault>>;

/** What of a call is not about its answer. */
type Asked = Pick<Call<unknown>, 'name' | 'service'>;

type CallFault = 'throttled' | 'lost' | 'unanswered' | 'repeated' | 'late' | 'half';

/** After how long the SDK repeats a call that got no answer. */
const REPEAT_MS = 2_000;

/** How long a request may linger on its way that its sender has given up, in milliseconds. */
const LINGER_MS = { least: 100, most: 60_000 };

/** The way from an invocation to a service and back: where calls take time, get lost, and processes die. */
export class Network {
  readonly #world: World;
  /** Requests that have not arrived yet, their senders alive or not. */
  onTheirWay = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** The longest that a call takes which is answered, there and back. */
  get maxMs(): number {
    const { rates, latencyMs } = this.#world.profile;
    return rates['slow call'] === undefined ? TAIL * latencyMs : SLOW_MS.most;
  }

  call<T>(invocation: Invocation, call: Call<T>): Promise<T> {
    const { faults } = this.#world;
    invocation.pending += 1;
    if (invocation.state === 'settled') {
      this.#world.violate(INVARIANT.done, `${invocation.label} asks for ${call.name} after it has answered`);
    }
    if (invocation.state === 'running' && faults.occurs('crash before a call')) {
      this.#crash(invocation, call);
    }
    if (invocation.state !== 'running') return new Promise(() => {});
    const fault = this.#callFault(call.kind);
    const crashes = faults.occurs('crash during a call');
    return new Promise<T>((resolve, reject) => {
      this.#travel(this.#latency(), () => {
        this.#arrive(invocation, call, fault, { resolve, reject });
        if (crashes) this.#crash(invocation, call);
      });
    });
  }

  #travel(ms: number, arrive: () => void): void {
    this.onTheirWay += 1;
    this.#world.scheduler.after(ms, () => {
      this.onTheirWay -= 1;
      arrive();
    });
  }

  #arrive<T>(invocation: Invocation, call: Call<T>, fault: CallFault | undefined, promise: Settle<T>) {
    const { dice } = this.#world;
    const refuse = (ms: number, why: string) =>
      this.#answer(invocation, call, ms, why, () => {
        this.#countError(invocation, call);
        promise.reject(new ServiceError(why));
      });
    // A request on its way outlives its sender, or does not.
    if (invocation.isDead && dice.chance(0.5)) return;
    if (this.#isOut(call.service)) return refuse(this.#latency(), 'outage');
    if (fault === 'throttled') return refuse(this.#latency(), 'throttled');
    if (fault === 'lost') return refuse(GIVE_UP_MS, 'timed out');
    if (fault === 'half') {
      call.applyHalf?.();
      return refuse(this.#latency(), 'half failed');
    }
    if (fault === 'late') {
      refuse(GIVE_UP_MS, 'timed out');
      return this.#travel(GIVE_UP_MS + dice.scale(LINGER_MS.least, LINGER_MS.most), () => {
        this.#world.trace(invocation.name, () => `${call.name} arrives late`);
        void this.#apply(call, 1);
      });
    }
    void this.#apply(call, 1).then((outcome) => {
      if (fault === 'unanswered') return refuse(GIVE_UP_MS, 'timed out (applied)');
      if (fault !== 'repeated') return this.#return(invocation, call, outcome, promise);
      this.#travel(REPEAT_MS, () => {
        if (this.#isOut(call.service)) return refuse(this.#latency(), 'outage (applied)');
        this.#world.trace(invocation.name, () => `${call.name} repeated by the SDK`);
        void this.#apply(call, 2).then((again) => this.#return(invocation, call, again, promise));
      });
    });
  }

  #apply<T>(call: Call<T>, attempt: number): Promise<Applied<T>> {
    return call.apply(attempt).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  }

  #return<T>(invocation: Invocation, call: Call<T>, outcome: Applied<T>, promise: Settle<T>): void {
    const text = 'error' in outcome ? String(outcome.error) : (call.show?.(outcome.value) ?? 'done');
    this.#answer(invocation, call, this.#latency(), text, () => {
      if ('value' in outcome) return promise.resolve(outcome.value);
      if (outcome.error instanceof ServiceError) this.#countError(invocation, call);
      promise.reject(outcome.error);
    });
  }

  /** The answer reaches who asked, if he is still there. */
  #answer(invocation: Invocation, call: Asked, ms: number, text: string, settle: () => void): void {
    this.#world.scheduler.after(ms, () => {
      if (invocation.isDead) return;
      if (this.#world.faults.occurs('crash after a call')) return this.#crash(invocation, call);
      invocation.pending -= 1;
      this.#world.trace(invocation.name, () => `${call.name} ${text}`);
      settle();
    });
  }

  /** An invocation may fail for an error that was injected into it. */
  #countError(invocation: Invocation, { service }: Asked): void {
    if (service === 'store') invocation.storeErrors += 1;
    else invocation.queueErrors += 1;
  }

  #callFault(kind: Call<unknown>['kind']): CallFault | undefined {
    for (const [fault, name] of Object.entries(FAILURES[kind])) {
      if (this.#world.faults.occurs(name)) return fault as CallFault;
    }
    return undefined;
  }

  #crash(invocation: Invocation, { name }: Asked): void {
    if (invocation.state !== 'running') return;
    this.#world.trace(invocation.name, () => `crashes at ${name}`);
    invocation.die();
  }

  #latency(): number {
    const { dice, faults, profile } = this.#world;
    if (faults.occurs('slow call')) return dice.scale(SLOW_MS.least / 2, SLOW_MS.most / 2);
    return profile.latencyMs * (0.2 - Math.log(1 - dice.uniform()));
  }

  #isOut(service: Call<unknown>['service']): boolean {
    const { outage } = this.#world.profile;
    const at = this.#world.now - this.#world.start;
    if (outage === undefined || !outage[service] || at < outage.from || at >= outage.to) return false;
    this.#world.faults.count(service === 'store' ? 'outage of the store' : 'outage of the queue');
    return true;
  }
}

/** What came of a call at the service. */
type Applied<T> = { readonly value: T } | { readonly error: unknown };

interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}
