import type { Template } from '../../infra/local/cloudformation/template.ts';

/** The properties of the one resource of this type whose logical id begins so, to be changed in place. */
export const propertiesOf = (template: Template, type: string, prefix: string): Record<string, unknown> => {
  const found = Object.entries(template.Resources).filter(
    ([id, resource]) => resource.Type === type && id.startsWith(prefix),
  );
  const [[, resource] = []] = found;
  if (found.length !== 1 || resource?.Properties === undefined) throw new Error(`${found.length} ${prefix}`);
  return resource.Properties;
};

/** Sets environment variables of the function whose logical id begins so. */
export const setVariables = (template: Template, prefix: string, variables: Record<string, string>): void => {
  const { Environment } = propertiesOf(template, 'AWS::Lambda::Function', prefix) as {
    Environment: { Variables: Record<string, string> };
  };
  Object.assign(Environment.Variables, variables);
};
