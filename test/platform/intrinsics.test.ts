// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
import { describe, expect, test } from 'vitest';
import { resolver } from '../../infra/local/cloudformation/intrinsics.ts';
import type { Template } from '../../infra/local/cloudformation/template.ts';
import { PlatformError } from '../../infra/local/platform-error.ts';

const place = { stackName: 'Stack', region: 'eu-west-1', accountId: '123456789012' };

const resolve = (value: unknown, template: Partial<Template> = {}) =>
  resolver({ Resources: {}, ...template }, place, (id, name) =>
    id === 'Thing' ? `${id}/${name ?? 'ref'}` : undefined,
  )(value, 'Here');

const conditions = {
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
  },
};

describe('an intrinsic function', () => {
  test.each<[unknown, unknown]>([
    [{ Ref: 'Thing' }, 'Thing/ref'],
    [{ Ref: 'AWS::AccountId' }, '123456789012'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ 'Fn::GetAtt': ['Thing', 'Arn'] }, 'Thing/Arn'],
    [{ 'Fn::GetAtt': 'Thing.Arn' }, 'Thing/Arn'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Thing' }, 1]] }, 'a-Thing/ref-1'],
    [
      { 'Fn::Sub': 'x-${Thing}-${Thing.Arn}-${AWS::Region}-${!kept}' },
      'x-Thing/ref-Thing/Arn-eu-west-1-${kept}',
    ],
    [{ 'Fn::Sub': ['${a}-${Thing}', { a: { Ref: 'AWS::Region' } }] }, 'eu-west-1-Thing/ref'],
    [{ 'Fn::Select': [1, ['a', { Ref: 'Thing' }]] }, 'Thing/ref'],
    [{ 'Fn::Select': ['0', { 'Fn::Split': ['/', { Ref: 'Thing' }] }] }, 'Thing'],
    [{ 'Fn::If': ['Yes', { Ref: 'Thing' }, { Ref: 'Missing' }] }, 'Thing/ref'],
    [{ 'Fn::If': ['No', { Ref: 'Missing' }, 'other'] }, 'other'],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
    [{ 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] }, true],
  ])('%j gives %j', (value, expected) => {
    expect(resolve(value, conditions)).toEqual(expected);
  });

  test('is resolved at any depth, and AWS::NoValue removes the member', () => {
    const value = { a: [{ b: { Ref: 'Thing' } }, { Ref: 'AWS::NoValue' }], c: { Ref: 'AWS::NoValue' }, d: 1 };

    expect(resolve(value)).toEqual({ a: [{ b: 'Thing/ref' }], d: 1 });
  });

  test('is not mistaken for the Condition of a policy statement', () => {
    const statement = { Condition: { Bool: { secure: 'false' } } };

    expect(resolve(statement)).toEqual(statement);
  });

  test('Ref gives the default of a parameter', () => {
    expect(resolve({ Ref: 'Size' }, { Parameters: { Size: { Type: 'Number', Default: 3 } } })).toBe(3);
  });

  test.each([
    [{ 'Fn::ImportValue': 'x' }, 'Here: the local platform does not understand Fn::ImportValue.'],
    [{ a: { 'Fn::FindInMap': [] } }, 'Here.a: the local platform does not understand Fn::FindInMap.'],
    [{ Ref: 'Missing' }, 'Here: the local platform has nothing for Ref Missing.'],
    [
      { 'Fn::GetAtt': ['Missing', 'Arn'] },
      'Here: the local platform has nothing for Fn::GetAtt Missing.Arn.',
    ],
    [{ 'Fn::Sub': '${Missing}' }, 'Here: the local platform has nothing for Ref Missing.'],
    [{ Ref: 'constructor' }, 'Here: the local platform has nothing for Ref constructor.'],
    [{ 'Fn::Sub': ['${toString}', {}] }, 'Here: the local platform has nothing for Ref toString.'],
    [{ Condition: 'valueOf' }, 'Here: the template has no condition valueOf.'],
    [{ 'Fn::Join': ['-'] }, 'Here: Fn::Join is malformed.'],
    [{ 'Fn::Select': [5, ['a']] }, 'Here: Fn::Select is malformed.'],
    [{ 'Fn::If': ['Never', 1, 2] }, 'Here: the template has no condition Never.'],
  ])('%j is refused with a sentence that names the place', (value, message) => {
    expect(() => resolve(value)).toThrow(new PlatformError(message));
  });

  test('a parameter that only AWS can look up is refused', () => {
    const template = { Parameters: { Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a' } } };

    expect(() => resolve({ Ref: 'Image' }, template)).toThrow(
      'Here: the parameter Image has no value on this machine.',
    );
  });
});
