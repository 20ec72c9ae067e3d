import type { ComputationKey } from '../../../functions/lib/engine/computation.ts';
import { cancel, list, read, remove } from '../../../functions/lib/engine/manage.ts';
import { type Identity, type NewWork, retry, submit } from '../../../functions/lib/engine/submit.ts';
import { Answers } from '../checks/answers.ts';
import type { Requests } from '../mutation/decorators.ts';
import type { Action, IdentifiedBy, Request, Work } from '../plan.ts';
import { engineOf } from './engine.ts';
import { type Invocation, invoke } from './invocation.ts';
import type { Platform } from './platform.ts';

/** As the functions behind the API have it. */
const API_TIMEOUT_MS = 29_000;

const MAX_PAGES = 50;

const requests: Requests = { cancel, list, read, remove, retry, submit };

/** Two ids of one tenant never meet by chance, but here ids of two tenants do: the tenant must keep them apart. */
const identityOf = (work: Work, version: number, as: IdentifiedBy): Identity => {
  if (as.by === 'fresh') return { by: 'fresh' };
  const content = `${work.type}-${version}-${work.input.salt}`;
  if (as.by === 'content') return { by: 'content', id: content };
  return {
    by: 'key',
    digests: { key: as.key, payload: content },
    candidate: (n) => (as.collides ? `key-${n}` : `key-${as.key}-${n}`),
  };
};

/** Those who ask: each request is an invocation of the API, and its answer is checked. */
export class Clients {
  readonly #platform: Platform;
  readonly #answers: Answers;
  readonly #requests: Requests;
  /** What they have heard of, and may cancel, retry, remove or read. */
  readonly #known: ComputationKey[] = [];
  /** What a tenant has heard of last. */
  readonly #last = new Map<string, ComputationKey>();
  /** Requests that are to be made, and that wait for their answer. */
  #open = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#answers = new Answers(platform);
    this.#requests = platform.decorators.requests?.(requests) ?? requests;
  }

  get areDone(): boolean {
    return this.#open === 0;
  }

  schedule(requests: readonly Request[]): void {
    const { scheduler, start } = this.#platform.world;
    this.#open += requests.length;
    for (const { at, tenant, action } of requests) {
      scheduler.at(start + at, () => {
        this.#open -= 1;
        this.send(tenant, action);
      });
    }
  }

  send(tenant: string, ask: Action): void {
    const { world, failureReasons } = this.#platform;
    const instance = this.#platform.start('api');
    const target = 'which' in ask ? this.#target(tenant, ask.which) : undefined;
    if ('which' in ask && target === undefined) return;
    const invocation = instance.begin(
      `${ask.do}${target === undefined ? '' : ` ${target.tenant}/${target.id}`}`,
    );
    world.trace(instance.name, () => `${tenant} asks: ${JSON.stringify(ask)}`);
    this.#open += 1;
    const over = () => {
      this.#open -= 1;
    };
    invoke(world, invocation, API_TIMEOUT_MS, {
      run: async () => {
        if (ask.do === 'submit') await this.#submit(invocation, tenant, ask.work, ask.as);
        else if (ask.do === 'list') await this.#list(invocation, tenant, ask.limit);
        else if (target !== undefined) await this.#manage(invocation, ask.do, target);
      },
      answered: () => {
        failureReasons.answered(invocation);
        invocation.state = 'settled';
        over();
      },
      failed: (error) => {
        failureReasons.refused(invocation, error);
        invocation.state = 'settled';
        over();
      },
      died: over,
    });
  }

  #target(tenant: string, which: number | 'last'): ComputationKey | undefined {
    if (which === 'last') return this.#last.get(tenant);
    // One in ten asks for what another tenant has.
    const mine = this.#known.filter((key) => key.tenant === tenant);
    const keys = which < 0.1 ? this.#known.map(({ id }) => ({ tenant, id })) : mine;
    return keys[Math.floor(which * 9.99 * keys.length) % Math.max(1, keys.length)];
  }

  #learn({ tenant, id }: ComputationKey): void {
    this.#last.set(tenant, { tenant, id });
    if (!this.#known.some((key) => key.tenant === tenant && key.id === id)) this.#known.push({ tenant, id });
  }

  async #submit(by: Invocation, tenant: string, work: Work, as: IdentifiedBy): Promise<void> {
    const { type, input } = work;
    const version = type === 'words' && by.instance.version === 'new' ? 2 : 1;
    const identity = identityOf(work, version, as);
    const newWork: NewWork = {
      tenant,
      type,
      version,
      input: input as unknown as NewWork['input'],
      kind: type === 'words' ? 'parallel' : 'sequential',
      total: type === 'words' ? input.size : Math.min(input.size, 3),
      identity,
    };
    if (identity.by === 'content') this.#learn({ tenant, id: identity.id });
    if (identity.by === 'key') this.#learn({ tenant, id: identity.candidate(0) });
    const submitted = await this.#requests.submit(engineOf(this.#platform, by.instance), newWork);
    if ('computation' in submitted) this.#learn(submitted.computation);
    this.#answers.submitted(by, newWork, submitted);
  }

  async #list(by: Invocation, tenant: string, limit: number): Promise<void> {
    const engine = engineOf(this.#platform, by.instance);
    const seen: string[] = [];
    let after: string | undefined;
    for (let pages = 0; ; pages += 1) {
      const page = await this.#requests.list(engine, tenant, {}, after, limit);
      for (const computation of page.computations) {
        this.#learn(computation);
        seen.push(computation.id);
      }
      this.#answers.page(by, tenant, page, limit);
      after = page.next;
      if (after === undefined || pages === MAX_PAGES) break;
    }
    this.#answers.listed(by, tenant, seen);
  }

  async #manage(
    by: Invocation,
    what: 'cancel' | 'retry' | 'remove' | 'read',
    key: ComputationKey,
  ): Promise<void> {
    const engine = engineOf(this.#platform, by.instance);
    if (what === 'read') this.#answers.read(by, key, await this.#requests.read(engine, key));
    else this.#answers.attempted(by, key, what, await this.#requests[what](engine, key));
  }
}
