import type { AnyNode } from 'acorn';

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The nodes right below a node, in the order of the text. */
const childrenOf = (node: AnyNode): AnyNode[] =>
  Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );

/** A node and all below it. */
export const treeOf = (node: AnyNode): AnyNode[] => [node, ...childrenOf(node).flatMap(treeOf)];

/** Whether one of the names occurs in the node, as that of a variable, a member or a property. */
export const mentions = (node: AnyNode, names: ReadonlySet<string>): boolean =>
  treeOf(node).some(
    (each) => (each.type === 'Identifier' || each.type === 'PrivateIdentifier') && names.has(each.name),
  );

/** The name of what a reference or a callee refers to: the last member of `a.b.c`. */
export const lastName = (node: AnyNode): string => {
  if (node.type === 'ChainExpression') return lastName(node.expression);
  if (node.type === 'MemberExpression') return node.computed ? '' : lastName(node.property);
  return node.type === 'Identifier' || node.type === 'PrivateIdentifier' ? node.name : '';
};

/** The name, and those under which a destructuring or an import binds what has it. */
export const namesFor = (program: AnyNode, name: string): ReadonlySet<string> => {
  const names = new Set([name]);
  for (const node of treeOf(program)) {
    if (node.type === 'ImportSpecifier' && lastName(node.imported) === name) names.add(node.local.name);
    if (node.type !== 'ObjectPattern') continue;
    for (const property of node.properties) {
      if (property.type === 'Property' && lastName(property.key) === name)
        names.add(lastName(property.value));
    }
  }
  return names;
};
