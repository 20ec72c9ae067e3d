import type { AnyNode, BinaryExpression, CallExpression, LogicalExpression, Property } from 'acorn';
import { type Named, nameOf } from './names.ts';
import { lastName, mentions, namesFor, treeOf } from './nodes.ts';
import { exporterOf, type Source } from './sources.ts';

/** A change of a source: what stands between two positions becomes another text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A deliberate mistake at one place of one source. */
export interface Change {
  /** @throws if the place does not exist any more, or is not the only one of its kind */
  edit(among?: readonly Source[]): { readonly source: Source; readonly edits: readonly Edit[] };
}

type Constant = number | string | boolean | undefined;

const COMPARISONS = ['<', '<=', '>', '>=', '===', '!==', 'instanceof'];

const literal = (value: Constant): string => (value === undefined ? 'undefined' : JSON.stringify(value));

interface Found {
  readonly source: Source;
  readonly node: AnyNode;
}

/** A place in the code under test, by its structure and by what it mentions. It is looked for when it is changed. */
class Place {
  readonly #find: (among?: readonly Source[]) => Found;

  constructor(find: (among?: readonly Source[]) => Found) {
    this.#find = find;
  }

  // Narrower places. Each must be the only one of its kind that mentions all of these names.

  if(...names: Named[]): Place {
    return this.#only('if', ({ type }) => type === 'IfStatement', names);
  }

  conditional(...names: Named[]): Place {
    return this.#only('conditional', ({ type }) => type === 'ConditionalExpression', names);
  }

  comparison(...names: Named[]): Place {
    return this.#only('comparison', isComparison, names);
  }

  /** The comparison of a member of something with a member of something, such as `a.length < b.length`. */
  comparisonOf(left: Named, right: Named): Place {
    const names = [nameOf(left), nameOf(right)];
    const isIt = (node: AnyNode) =>
      node.type === 'BinaryExpression' &&
      isComparison(node) &&
      [node.left, node.right].every((side, at) => lastName(side) === names[at]);
    return this.#only(`comparison of ${names.join(' and ')}`, isIt, []);
  }

  arithmetic(...names: Named[]): Place {
    const isArithmetic = (node: AnyNode) => node.type === 'BinaryExpression' && !isComparison(node);
    return this.#only('arithmetic expression', isArithmetic, names);
  }

  logical(...names: Named[]): Place {
    return this.#only('logical expression', ({ type }) => type === 'LogicalExpression', names);
  }

  return(...names: Named[]): Place {
    return this.#only('return', ({ type }) => type === 'ReturnStatement', names);
  }

  throw(...names: Named[]): Place {
    return this.#only('throw', ({ type }) => type === 'ThrowStatement', names);
  }

  assignment(...names: Named[]): Place {
    return this.#only('assignment', ({ type }) => type === 'AssignmentExpression', names);
  }

  /** The last `await` of the place. */
  get lastAwait(): Place {
    return this.#narrow(
      'await',
      ({ type }) => type === 'AwaitExpression',
      (all) => all.at(-1),
    );
  }

  get lastCall(): Place {
    return this.#narrow(
      'call',
      ({ type }) => type === 'CallExpression',
      (all) => all.at(-1),
    );
  }

  /** The call of this function or method. */
  callOf(named: Named): Place {
    return this.#named('call', named, (node, is) => node.type === 'CallExpression' && is(node.callee));
  }

  /** The innermost call that mentions all of these. */
  callWith(...names: Named[]): Place {
    return this.#only('call', ({ type }) => type === 'CallExpression', names);
  }

  /** The member expression, such as `ref.epoch`. */
  member(named: Named): Place {
    return this.#named('member', named, (node, is) => node.type === 'MemberExpression' && is(node));
  }

  /** The property of this name in an object literal. */
  property(named: Named): Place {
    const name = nameOf(named);
    return this.#narrow(
      `property ${name}`,
      (node) => propertyOf(node, name) !== undefined,
      (found, source) => propertyOf(this.#single(found, source, `objects with ${name}`), name),
    );
  }

  /** The variable in a template. */
  interpolated(named: Named): Place {
    const name = nameOf(named);
    return this.#narrow(
      `template with ${name}`,
      ({ type }) => type === 'TemplateLiteral',
      (found, { program }) => {
        const names = namesFor(program, name);
        const variables = found.flatMap((node) => (node.type === 'TemplateLiteral' ? node.expressions : []));
        return variables.find((each) => names.has(lastName(each)));
      },
    );
  }

  // What may be wrong there.

  /** The condition never holds. It is still evaluated, so that what it awaits is awaited. */
  never(): Change {
    return this.#replace((node, text) => this.#on(condition(node), (test) => `((${text(test)}) && false)`));
  }

  always(): Change {
    return this.#replace((node, text) => this.#on(condition(node), (test) => `((${text(test)}) || true)`));
  }

  negated(): Change {
    return this.#replace((node, text) => this.#on(condition(node), (test) => `(!(${text(test)}))`));
  }

  /** Of two operands of the condition or expression, one remains. */
  onlyLeft(): Change {
    return this.#replace((node, text) => this.#on(binary(condition(node)), (each) => text(each.left)));
  }

  onlyRight(): Change {
    return this.#replace((node, text) => this.#on(binary(condition(node)), (each) => text(each.right)));
  }

  /** Of `a?.b !== c` only whether there is an `a` at all remains. */
  onlyPresence(): Change {
    return this.#replace((node, text) => {
      if (node.type !== 'BinaryExpression' || node.left.type !== 'ChainExpression') return wrong(node);
      const optional = treeOf(node.left).find((each) => each.type === 'MemberExpression' && each.optional);
      if (optional?.type !== 'MemberExpression') return wrong(node);
      const operator = node.operator === '!==' ? '===' : '!==';
      return this.#on(node, () => `(${text(optional.object)} ${operator} undefined)`);
    });
  }

  becomes(value: Constant): Change {
    return this.#replace((node, text) =>
      node.type === 'Property'
        ? this.#on(node, ({ key }) => `${text(key)}: ${literal(value)}`)
        : this.#on(node, () => literal(value)),
    );
  }

  argumentBecomes(at: number, value: Constant): Change {
    return this.#replace((node) => {
      const argument = call(node).arguments.at(at);
      return argument === undefined ? wrong(node) : this.#on(argument, () => literal(value));
    });
  }

  argumentTimes(at: number, factor: number): Change {
    return this.#replace((node, text) => {
      const argument = call(node).arguments.at(at);
      return argument === undefined
        ? wrong(node)
        : this.#on(argument, () => `(${text(argument)}) * ${factor}`);
    });
  }

  /** The right operand is so many times as large. */
  rightTimes(factor: number): Change {
    return this.#replace((node, text) => {
      const { right } = binary(node);
      return this.#on(right, () => `(${text(right)}) * ${factor}`);
    });
  }

  /** The right operand is one less. */
  rightMinusOne(): Change {
    return this.#replace((node, text) => {
      const { right } = binary(node);
      return this.#on(right, () => `((${text(right)}) - 1)`);
    });
  }

  argumentsSwapped(): Change {
    return this.#replace((node, text) => {
      const [first, second] = call(node).arguments;
      if (first === undefined || second === undefined) return wrong(node);
      return [...this.#on(first, () => text(second)), ...this.#on(second, () => text(first))];
    });
  }

  /** What is awaited happens, but nobody waits for it. */
  notAwaited(): Change {
    return this.#replace((node, text) =>
      node.type === 'AwaitExpression' ? this.#on(node, () => `void ${text(node.argument)}`) : wrong(node),
    );
  }

  /** `f(a)` becomes `a`. */
  unwrapped(): Change {
    return this.#replace((node, text) => {
      const [argument] = call(node).arguments;
      return argument === undefined ? wrong(node) : this.#on(node, () => text(argument));
    });
  }

  /** `a.f(b)` becomes `a`. */
  skipped(): Change {
    return this.#replace((node, text) => {
      const { callee } = call(node);
      return callee.type === 'MemberExpression' ? this.#on(node, () => text(callee.object)) : wrong(node);
    });
  }

  /** Another method of the same object is called, with the same arguments. */
  callsInstead(named: Named): Change {
    return this.#replace((node) => {
      const { callee } = call(node);
      return callee.type === 'MemberExpression'
        ? this.#on(callee.property, () => nameOf(named))
        : wrong(node);
    });
  }

  /** `a.f(b)` becomes whether there is anything in `a`. */
  asksForAny(): Change {
    return this.#replace((node, text) => {
      const { callee } = call(node);
      return callee.type === 'MemberExpression'
        ? this.#on(node, () => `(${text(callee.object)}.size > 0)`)
        : wrong(node);
    });
  }

  /** `f(a, b)` becomes whether there is an `a` at all. */
  asksForPresence(): Change {
    return this.#replace((node, text) => {
      const [argument] = call(node).arguments;
      return argument === undefined ? wrong(node) : this.#on(node, () => `(${text(argument)} !== undefined)`);
    });
  }

  /** What is thrown is dropped, and the function returns nothing. */
  returnsInstead(): Change {
    return this.#replace((node) =>
      node.type === 'ThrowStatement' ? this.#on(node, () => 'return;') : wrong(node),
    );
  }

  /** `return f(a)` becomes `return`. */
  returnsNothing(): Change {
    return this.#replace((node) =>
      node.type === 'ReturnStatement' ? this.#on(node, () => 'return;') : wrong(node),
    );
  }

  /** `a ??= b` becomes `a = b`. */
  overwrites(): Change {
    return this.#replace((node, text) =>
      node.type === 'AssignmentExpression'
        ? this.#on(node, () => `${text(node.left)} = ${text(node.right)}`)
        : wrong(node),
    );
  }

  /** `a[n] ??= b` becomes `a[a.length] = b`. */
  appends(): Change {
    return this.#replace((node, text) => {
      if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') return wrong(node);
      const list = text(node.left.object);
      return this.#on(node, () => `${list}[${list}.length] = ${text(node.right)}`);
    });
  }

  #on<T extends AnyNode>(node: T, text: (node: T) => string): Edit[] {
    return [{ start: node.start, end: node.end, text: text(node) }];
  }

  #replace(edits: (node: AnyNode, text: (node: AnyNode) => string) => Edit[]): Change {
    return {
      edit: (among) => {
        const { source, node } = this.#find(among);
        return { source, edits: edits(node, ({ start, end }) => source.text.slice(start, end)) };
      },
    };
  }

  #only(what: string, isIt: (node: AnyNode) => boolean, named: readonly Named[]): Place {
    const all = named.map(nameOf);
    const described = [what, ...all.map((name) => `with ${name}`)].join(' ');
    return this.#narrow(described, isIt, (found, source) => {
      const names = all.map((name) => namesFor(source.program, name));
      const meant = found.filter((node) => names.every((each) => mentions(node, each)));
      return this.#single(meant, source, described);
    });
  }

  #named(
    what: string,
    named: Named,
    isIt: (node: AnyNode, is: (node: AnyNode) => boolean) => boolean,
  ): Place {
    const name = nameOf(named);
    return new Place((among) => {
      const { source, node } = this.#find(among);
      const names = namesFor(source.program, name);
      const found = treeOf(node).filter((each) => isIt(each, (of) => names.has(lastName(of))));
      return { source, node: this.#single(found, source, `${what} of ${name}`) };
    });
  }

  /** The innermost of these, which must be one. */
  #single(found: readonly AnyNode[], source: Source, what: string): AnyNode {
    const innermost = found.filter(
      (node) => !found.some((other) => other !== node && treeOf(node).includes(other)),
    );
    const [single, ...others] = innermost;
    if (single !== undefined && others.length === 0) return single;
    const lines = innermost.map(({ start }) => source.text.slice(0, start).split('\n').length);
    throw new Error(
      `${source.url} has ${innermost.length} places, not one: ${what}${lines.map((line) => `, line ${line}`).join('')}`,
    );
  }

  #narrow(
    what: string,
    isIt: (node: AnyNode) => boolean,
    pick: (found: readonly AnyNode[], source: Source) => AnyNode | undefined,
  ): Place {
    return new Place((among) => {
      const { source, node } = this.#find(among);
      const found = pick(treeOf(node).filter(isIt), source);
      if (found === undefined) throw new Error(`${source.url} has no place: ${what}`);
      return { source, node: found };
    });
  }
}

const wrong = (node: AnyNode): never => {
  throw new Error(`This mistake cannot be made at a ${node.type}.`);
};

const isComparison = (node: AnyNode): boolean =>
  node.type === 'BinaryExpression' && COMPARISONS.includes(node.operator);

/** What decides in a statement or an expression: its test, or itself. */
const condition = (node: AnyNode): AnyNode =>
  node.type === 'IfStatement' || node.type === 'ConditionalExpression' ? node.test : node;

const binary = (node: AnyNode): BinaryExpression | LogicalExpression =>
  node.type === 'BinaryExpression' || node.type === 'LogicalExpression' ? node : wrong(node);

const call = (node: AnyNode): CallExpression => (node.type === 'CallExpression' ? node : wrong(node));

const propertyOf = (node: AnyNode, name: string): Property | undefined =>
  node.type !== 'ObjectExpression'
    ? undefined
    : (node.properties.find((each) => each.type === 'Property' && lastName(each.key) === name) as
        | Property
        | undefined);

/** All of the module that exports this. */
export const moduleOf = (named: Named): Place =>
  new Place((among) => {
    const source = exporterOf(nameOf(named), among);
    return { source, node: source.program };
  });

/** An exported function or class, or one member of that class. */
export const inside = (named: Named, member?: Named): Place =>
  new Place((among) => {
    const source = exporterOf(nameOf(named), among);
    const node = source.exports.get(nameOf(named));
    if (node === undefined || member === undefined) return { source, node: node ?? source.program };
    const name = nameOf(member);
    const found = treeOf(node).find(
      (each) =>
        (each.type === 'PropertyDefinition' || each.type === 'MethodDefinition') &&
        lastName(each.key) === name,
    );
    if (found === undefined) throw new Error(`${nameOf(named)} has no member ${name}`);
    return { source, node: found };
  });

/** The value of an exported constant. */
export const constant = (named: () => Constant): Place => inside(named);
