// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of the engine, with its templates
/** A deliberate mistake: one place of the engine, or of a condition of its store, replaced by another text. */
export interface Mutant {
  /** What is wrong with it. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly search: string;
  readonly replace: string;
}

const engine = (file: string) => `functions/lib/engine/${file}.ts`;
const store = 'test/support/memory.ts';

/** The simulation must catch each of them, or its silence about the engine means nothing. */
export const mutants: readonly Mutant[] = [
  // Fan out and in.
  {
    name: 'a split sends everything again',
    file: engine('parallel'),
    search: `    empty.map(
      (child)`,
    replace: `    childrenOf(node, parts).map(
      (child)`,
  },
  {
    name: 'a full node is reported by nobody who splits it',
    file: engine('parallel'),
    search: 'if (empty.length === 0) return reportUp(engine, computation, kernel, node, record);',
    replace: 'if (empty.length === 0) return;',
  },
  {
    name: 'a part is computed without a look at its slot',
    file: engine('parallel'),
    search: 'if (parentRecord?.slots[slotOf(node)] !== undefined) {',
    replace: 'if (false) {',
  },
  {
    name: 'a part that has been reported is left, though its worker may have crashed before it went on',
    file: engine('parallel'),
    search: 'return reportUp(engine, computation, kernel, parentOf(node), parentRecord);',
    replace: 'return;',
  },
  {
    name: 'a message is deleted before the report',
    file: engine('parallel'),
    search: `  engine.observe({ event: 'computed', id });
  await report(`,
    replace: `  engine.observe({ event: 'computed', id });
  void report(`,
  },
  {
    name: 'partial results are combined from right to left',
    file: engine('parallel'),
    search: '.reduce((left, right) => kernel.combine(left, right, computation.input)),',
    replace: '.reduce((left, right) => kernel.combine(right, left, computation.input)),',
  },
  {
    name: 'a node is folded before it is complete',
    file: engine('parallel'),
    search: 'if (filled.length < slots.length) return;',
    replace: 'if (filled.length < slots.length - 1 || filled.length === 0) return;',
  },
  {
    name: 'only the filling of an empty slot goes on',
    file: engine('parallel'),
    search: `  await reportUp(engine, computation, kernel, parent, record);
};`,
    replace: `  if (record.slots[slotOf(node)] === bytes) await reportUp(engine, computation, kernel, parent, record);
};`,
  },
  {
    name: 'the last part is forgotten where a node is not full of children',
    file: engine('tree'),
    search: 'const count = Math.ceil(partsBelow(node, parts) / width);',
    replace: 'const count = Math.max(1, Math.floor(partsBelow(node, parts) / width));',
  },
  {
    name: 'a child is asked for in the first attempt only',
    file: engine('parallel'),
    search: "({ kind: 'node', tenant, id, epoch, attempt, parts, ...child }) satisfies NodeMessage,",
    replace: "({ kind: 'node', tenant, id, epoch, attempt: 1, parts, ...child }) satisfies NodeMessage,",
  },
  {
    name: 'records of nodes expire with the computation that wrote them',
    file: engine('timing'),
    search: 'Math.ceil((clock.now() + limits.retentionMs + 2 * limits.maxAgeMs) / 1_000);',
    replace: 'Math.ceil((clock.now() + limits.retentionMs) / 1_000);',
  },
  {
    name: 'a partial result of any size is kept',
    file: engine('parallel'),
    search: 'checkSlot(kernel.partial.encode(value))',
    replace: 'kernel.partial.encode(value)',
  },
  {
    name: 'a result of any size is kept',
    file: engine('parallel'),
    search: 'checkResult(kernel.finish(value, input) as Json)',
    replace: 'kernel.finish(value, input) as Json',
  },
  // What a worker looks at before it works.
  {
    name: 'an attempt is not checked',
    file: engine('work'),
    search: "if (computation.attempt !== message.attempt) return discard('of another attempt');",
    replace: '',
  },
  {
    name: 'an epoch is not checked',
    file: engine('work'),
    search: "if (computation.epoch !== message.epoch) return discard('of another life');",
    replace: '',
  },
  {
    name: 'what is over goes on',
    file: engine('work'),
    search: 'if (!isActive(computation)) return discard(`computation ${computation.status}`);',
    replace: '',
  },
  {
    name: 'a deadline is not checked',
    file: engine('work'),
    search: 'if (engine.clock.now() > computation.deadline) return fail(engine, computation, tooOld());',
    replace: '',
  },
  {
    name: 'a stale read is taken for the truth',
    file: engine('work'),
    search: 'if (computation?.epoch !== message.epoch || computation.attempt < message.attempt) {',
    replace: 'if (false) {',
  },
  {
    name: 'a status is remembered for ever',
    file: engine('work'),
    search: 'const REUSE_MS = 1_000;',
    replace: 'const REUSE_MS = 1e9;',
  },
  {
    name: 'a remembered status is as new as its last use',
    file: engine('work'),
    search: 'if (computation !== undefined && known === undefined) recent.set(computation);',
    replace: 'if (computation !== undefined) recent.set(computation);',
  },
  {
    name: 'a status is as new as the start that it was changed by',
    file: engine('work'),
    search: 'if (entry !== undefined) entries.set(nameOf(computation), { ...entry, computation });',
    replace:
      'if (entry !== undefined) entries.set(nameOf(computation), { readAt: clock.now() + 30_000, computation });',
  },
  {
    name: 'a kernel may throw once',
    file: engine('work'),
    search: 'const MAX_KERNEL_ATTEMPTS = 3;',
    replace: 'const MAX_KERNEL_ATTEMPTS = 1;',
  },
  {
    name: 'a kernel may throw for ever',
    file: engine('work'),
    search: 'const MAX_KERNEL_ATTEMPTS = 3;',
    replace: 'const MAX_KERNEL_ATTEMPTS = 99;',
  },
  {
    name: 'a refusal is tried again',
    file: engine('work'),
    search: 'if (error instanceof KernelRefusal) return fail(engine, computation, refused(error.message));',
    replace: '',
  },
  {
    name: 'trouble of the store fails the computation',
    file: engine('work'),
    search: 'if (error instanceof KernelException && delivery.receiveCount >= MAX_KERNEL_ATTEMPTS) {',
    replace: 'if (delivery.receiveCount >= MAX_KERNEL_ATTEMPTS) {',
  },
  {
    name: 'work that a version does not know is settled',
    file: engine('work'),
    search: 'throw new UnknownWork(`${computation.type} version ${computation.version}`);',
    replace: 'return discard(`${computation.type} version ${computation.version}`);',
  },
  {
    name: 'a message of a later format is settled',
    file: engine('message'),
    search: 'throw new UnknownWork(`message format ${format.data.format}`);',
    replace: 'return undefined;',
  },
  // Sequences.
  {
    name: 'a checkpoint without its condition',
    file: store,
    search: 'if ((last?.checkpoint.step ?? 0) !== next.from) return last?.token === token;',
    replace: '',
  },
  {
    name: 'a worker that was overtaken goes on',
    file: engine('sequential'),
    search: 'if (!(await engine.store.writeCheckpoint(computation, next, token, nodeExpiry(engine)))) {',
    replace: 'await engine.store.writeCheckpoint(computation, next, token, nodeExpiry(engine)); if (false) {',
  },
  {
    name: 'a message behind its checkpoint goes on',
    file: engine('sequential'),
    search: 'if (message.step !== undefined && message.step !== from) {',
    replace: 'if (false) {',
  },
  {
    name: 'a crash after a checkpoint ends its sequence',
    file: engine('sequential'),
    search: 'if (isOfEarlierAttempt || mayBeOfThisMessage) return goOn(stands.step);',
    replace: 'if (isOfEarlierAttempt) return goOn(stands.step);',
  },
  {
    name: 'a checkpoint of an earlier attempt ends its sequence',
    file: engine('sequential'),
    search: 'if (isOfEarlierAttempt || mayBeOfThisMessage) return goOn(stands.step);',
    replace: 'if (mayBeOfThisMessage) return goOn(stands.step);',
  },
  {
    name: 'a sequence goes on before its checkpoint is written',
    file: engine('sequential'),
    search: '  const token = newToken(engine.random);',
    replace: '  await goOn(step);\n  const token = newToken(engine.random);',
  },
  {
    name: 'a sequence starts anew each time',
    file: engine('sequential'),
    search: 'last === undefined ? kernel.start(input) : kernel.state.decode(last.state)',
    replace: 'kernel.start(input)',
  },
  {
    name: 'a sequence has the size that was known when it was submitted',
    file: engine('sequential'),
    search: 'return succeed(engine, computation, result, progress.total);',
    replace: 'return succeed(engine, computation, result, computation.total);',
  },
  {
    name: 'a sequence takes no checkpoint before its end',
    file: engine('sequential'),
    search: 'if (step > from && engine.clock.now() >= until) break;',
    replace: '',
  },
  {
    name: 'a sequence does not mind how little time is left',
    file: engine('sequential'),
    search: 'Math.min(engine.limits.checkpointMs, delivery.remainingMs() / 2)',
    replace: '120_000',
  },
  {
    name: 'trouble with the items is taken for that of the kernel',
    file: engine('sequential'),
    search:
      'throw items.trouble !== undefined && error instanceof KernelException ? items.trouble.cause : error;',
    replace: 'throw error;',
  },
  // Dead letters.
  {
    name: 'a dead letter of an earlier attempt fails the later one',
    file: engine('dead-letter'),
    search: "if (computation.attempt !== message.attempt) return discard('of another attempt', message.id);",
    replace: '',
  },
  {
    name: 'a dead letter of an earlier life fails the later one',
    file: engine('dead-letter'),
    search: "if (computation?.epoch !== message.epoch) return discard('of another life', message.id);",
    replace: "if (computation === undefined) return discard('of another life', message.id);",
  },
  {
    name: 'a late dead letter fails live work',
    file: engine('dead-letter'),
    search: "if (record?.slots[slotOf(message)] !== undefined) return discard('overtaken', message.id);",
    replace: '',
  },
  {
    name: 'a late dead letter fails a live sequence',
    file: engine('dead-letter'),
    search: "if ((checkpoint?.step ?? 0) > triedFrom) return discard('overtaken', message.id);",
    replace: '',
  },
  {
    name: 'a dead letter is dropped in silence',
    file: engine('dead-letter'),
    search: 'await fail(deps, computation, crashed());',
    replace: '',
  },
  {
    name: 'the dead letter of a restart passes for overtaken',
    file: engine('root'),
    search: 'since: checkpoint?.step ?? 0',
    replace: 'since: 0',
  },
  // The sweeper.
  {
    name: 'a sweeper restarts finished work',
    file: engine('sweep'),
    search: 'if (computation === undefined || !isActive(computation)) return;',
    replace: `if (computation === undefined) return;
  if (!isActive(computation)) return sendRoot(deps, computation);`,
  },
  {
    name: 'a sweeper acts without its claim',
    file: engine('sweep'),
    search: 'if (!claimed) return;',
    replace: '',
  },
  {
    name: 'a sweeper visits what is not due',
    file: engine('sweep'),
    search: 'if (computation.visit.at > now && !force) return;',
    replace: '',
  },
  {
    name: 'a sweeper restarts what moves',
    file: engine('sweep'),
    search: "if (moved && !force) return swept('healthy');",
    replace: '',
  },
  {
    name: 'a sweeper leaves alone what stands still',
    file: engine('sweep'),
    search: "if (moved && !force) return swept('healthy');",
    replace: "if (!moved && !force) return swept('healthy');",
  },
  {
    name: 'a sweeper comes as often as ever where nothing moves',
    file: engine('sweep'),
    search: ': Math.min(2 * computation.visit.interval, MAX_INTERVAL_MS);',
    replace: ': Math.min(computation.visit.interval, MAX_INTERVAL_MS);',
  },
  {
    name: 'a sweeper restarts what is too old',
    file: engine('sweep'),
    search: 'if (now > computation.deadline) {',
    replace: 'if (false) {',
  },
  {
    name: 'a sweeper hides that it could not visit',
    file: engine('sweep'),
    search: 'await visit(deps, key, all).catch((cause: unknown) => failures.push(cause));',
    replace: 'await visit(deps, key, all).catch(() => {});',
  },
  {
    name: 'a sweep of everything leaves out what is not due',
    file: engine('sweep'),
    search: 'const until = all ? Number.MAX_SAFE_INTEGER : deps.clock.now();',
    replace: 'const until = deps.clock.now();',
  },
  {
    name: 'a sweep ends with its first visit',
    file: engine('sweep'),
    search: 'if (remainingMs() < VISIT_MS) break;',
    replace: 'if (remainingMs() < 60_000) break;',
  },
  {
    name: 'the lost answer to a claim counts for another sweeper',
    file: store,
    search:
      'if (active?.visit.at !== seenAt) return active !== undefined && this.#visitTokens.get(key) === token;',
    replace: 'if (active?.visit.at !== seenAt) return false;',
  },
  // Submission and management.
  {
    name: 'a submission that could not be sent fails',
    file: engine('submit'),
    search: "deps.observe({ event: 'unsent', id: computation.id, cause });",
    replace: 'throw cause;',
  },
  {
    name: 'an epoch is that of the id',
    file: engine('submit'),
    search: 'epoch: newToken(deps.random),',
    replace: 'epoch: `${id}-epoch`,',
  },
  {
    name: 'a submission is left to the sweeper',
    file: engine('submit'),
    search: 'await tryToSend(deps, created.applied, { isNew: true });',
    replace: '',
  },
  {
    name: 'a retry is left to the sweeper',
    file: engine('submit'),
    search: "if ('applied' in retried) await tryToSend(deps, retried.applied);",
    replace: '',
  },
  {
    name: 'what has failed is found instead of retried',
    file: engine('submit'),
    search:
      "if (isActive(found) || found.status === 'succeeded') return { is: 'found', computation: found };",
    replace: "return { is: 'found', computation: found };",
  },
  {
    name: 'a key is answered whatever its payload',
    file: engine('submit'),
    search: "else if (found.keyDigests.payload !== identity.use.payload) return { is: 'key-reused' };",
    replace: '',
  },
  {
    name: 'a key is answered with the work of another',
    file: engine('submit'),
    search: 'if (found.keyDigests?.key !== identity.use.key) candidate += 1;',
    replace: 'if (found.keyDigests === undefined) candidate += 1;',
  },
  {
    name: 'a key restarts what was cancelled',
    file: engine('submit'),
    search: `      else return { is: 'found', computation: found };
      continue;`,
    replace: `      else if (!isActive(found)) await retry(deps, found);
      continue;`,
  },
  {
    name: 'what has expired is shown by what it refuses',
    file: engine('expiry'),
    search:
      "'applied' in attempted || exists(attempted.refused, clock.now()) ? attempted : { refused: undefined };",
    replace: 'attempted;',
  },
  {
    name: 'what has expired is read',
    file: engine('manage'),
    search: 'if (!exists(computation, deps.clock.now())) return undefined;',
    replace: 'if (computation === undefined) return undefined;',
  },
  {
    name: 'what has expired is listed',
    file: engine('manage'),
    search: '.filter((one) => exists(one, now))',
    replace: '.filter((one) => one !== undefined)',
  },
  {
    name: 'progress counts parts that are not done',
    file: engine('progress'),
    search: 'if (full) done += partsBelow(child, total);',
    replace: 'done += partsBelow(child, total);',
  },
  {
    name: 'progress is that of the root alone',
    file: engine('progress'),
    search: '.filter(({ child, full }) => !full && partsBelow(child, total) > 1)',
    replace: '.filter(() => false)',
  },
  // The conditions of the store.
  {
    name: 'a report without the emptiness condition',
    file: store,
    search: 'slots[slot] ??= value;',
    replace: 'slots[slot] = value;',
  },
  {
    name: 'slots are filled in order of arrival',
    file: store,
    search: 'slots[slot] ??= value;',
    replace: 'slots[slots.length] = value;',
  },
  {
    name: 'nodes without an epoch',
    file: store,
    search: '`${MemoryStore.key(ref)}/${ref.epoch}/${level}.${index}`;',
    replace: '`${MemoryStore.key(ref)}/${level}.${index}`;',
  },
  {
    name: 'tenants share what has the same id',
    file: store,
    search: 'static key = ({ tenant, id }: ComputationKey) => `${tenant}/${id}`;',
    replace: 'static key = ({ id }: ComputationKey) => id;',
  },
  {
    name: 'checkpoints without an epoch',
    file: store,
    search: `    const key = \`\${MemoryStore.key(ref)}/\${ref.epoch}\`;`,
    replace: '    const key = MemoryStore.key(ref);',
  },
  {
    name: 'a finish without a look at the status: a cancelled computation gets its result',
    file: store,
    search: `    const active = this.#active(ref);
    if (active === undefined) return false;`,
    replace: `    const active = this.computations.get(MemoryStore.key(ref)) as ActiveComputation | undefined;
    if (active?.epoch !== ref.epoch) return false;`,
  },
  {
    name: 'a life is ended by the message of another',
    file: store,
    search: 'return found?.epoch === ref.epoch && isActive(found) ? found : undefined;',
    replace: 'return found !== undefined && isActive(found) ? found : undefined;',
  },
  {
    name: 'a failure of an earlier attempt fails the later one',
    file: store,
    search: 'if (active?.attempt !== attempt) return false;',
    replace: 'if (active === undefined) return false;',
  },
  {
    name: 'a retry keeps its attempt',
    file: store,
    search: 'attempt: found.attempt + 1,',
    replace: 'attempt: found.attempt,',
  },
  {
    name: 'a retry of what has expired',
    file: store,
    search: 'if (!isOver || !exists(found, now) || isRepeated) {',
    replace: 'if (!isOver || isRepeated) {',
  },
  {
    name: 'a repeated retry begins another attempt',
    file: store,
    search: 'if (!isOver || !exists(found, now) || isRepeated) {',
    replace: 'if (!isOver || !exists(found, now)) {',
  },
  {
    name: 'a repeated cancel cancels the retry',
    file: store,
    search: 'if (found === undefined || !isActive(found) || isRepeated) {',
    replace: 'if (found === undefined || !isActive(found)) {',
  },
  {
    name: 'a submission replaces what has finished',
    file: store,
    search: 'if (exists(found, submission.createdAt)) {',
    replace: 'if (found !== undefined && isActive(found)) {',
  },
  {
    name: 'a repeated create is taken for another',
    file: store,
    search: 'return found.epoch === submission.epoch ? { applied: found } : { refused: found };',
    replace: 'return { refused: found };',
  },
  {
    name: 'a start restarts what runs',
    file: store,
    search: "if (active?.attempt !== attempt || active.status !== 'queued') return;",
    replace: 'if (active?.attempt !== attempt) return;',
  },
  {
    name: 'a worker of an earlier attempt starts the later one',
    file: store,
    search: "if (active?.attempt !== attempt || active.status !== 'queued') return;",
    replace: "if (active?.status !== 'queued') return;",
  },
  {
    name: 'what is active can be deleted',
    file: store,
    search: 'if (!exists(found, now) || isActive(found)) return { refused: found };',
    replace: 'if (!exists(found, now)) return { refused: found };',
  },
  {
    name: 'a claim without its condition: of two sweepers both act',
    file: store,
    search: "  claim: ComputationStore['claim'] = async (ref, seenAt, next, token) => {",
    replace: `  claim: ComputationStore['claim'] = async (ref, _seenAt, next, token) => {
    const seenAt = this.#active(ref)?.visit.at;`,
  },
  // The queue.
  {
    name: 'what SQS did not take is forgotten',
    file: 'functions/lib/aws/work-queue.ts',
    search: 'unprocessed: entries.filter(({ Id }) => failed.has(Id))',
    replace: 'unprocessed: []',
  },
  {
    name: 'what SQS took is sent again with what it did not take',
    file: 'functions/lib/aws/work-queue.ts',
    search: 'unprocessed: entries.filter(({ Id }) => failed.has(Id))',
    replace: 'unprocessed: failed.size > 0 ? entries : []',
  },
];
