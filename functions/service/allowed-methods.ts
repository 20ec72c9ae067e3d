/** What of an OpenAPI document tells which methods a path has. */
export interface Paths {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Whether `/items/1` is a path of `/items/{id}`: any one segment stands for a parameter. */
const matches = (template: string, path: string): boolean => {
  const expected = template.split('/');
  const given = path.split('/');
  return (
    expected.length === given.length &&
    expected.every((segment, n) => (segment.startsWith('{') ? given[n] !== '' : segment === given[n]))
  );
};

/**
 * Which methods a path has, for the `Allow` header: HEAD wherever GET is. Where several templates match, all
 * count. None: the path is not known.
 */
export const allowedMethods = ({ paths }: Paths, path: string): readonly string[] => {
  const operations = Object.keys(paths).flatMap((template) =>
    matches(template, path) ? Object.keys(paths[template] ?? {}) : [],
  );
  const methods = operations.flatMap((method) =>
    method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  );
  return [...new Set(methods)];
};
