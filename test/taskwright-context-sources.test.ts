import { App, Chart } from 'cdk8s';
import { Taskwright, type TaskwrightProps } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const argsOf = (props: TaskwrightProps): string[] => new Taskwright(new Chart(new App(), 'taskwright'), 'install', props).deployment.toJson().spec.template.spec.containers[0].args;
const allowing = (allow: string[]) => ({ contextSources: { allow } });

test('what context sources may reach is a flag of the operator', () => {
  const before = argsOf({});
  const allow = ['10.20.0.0/16', '10.20.0.7', 'fd00:1::/32', 'fd00::1', 'teams.tools', '*.corp.example.com', 'intranet', 'My_Host'];
  expect(argsOf(allowing(allow)).filter((arg) => !before.includes(arg))).toEqual([`--context-source-allow=${allow.join(',')}`]);
});

test.each<TaskwrightProps>([{ contextSources: {} }, allowing([])])('nothing is said of nothing: %j', (props) => {
  expect(argsOf(props)).toEqual(argsOf({}));
});

test('flags of the program win', () => {
  const args = argsOf({ ...allowing(['10.20.0.0/16']), flags: { 'context-source-allow': 'teams.tools' } });
  expect(args.filter((arg) => arg.startsWith('--context-source-allow='))).toEqual(['--context-source-allow=teams.tools']);
});

const FORM = 'a block of addresses such as 10.20.0.0/16, or a name such as teams.tools or *.corp.example.com';
test.each(['10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.20', '256.0.0.1', 'https://teams.tools', 'teams.tools:8080', 'a,b', 'a b', '', '*', '*tools', '.tools'])('what the operator would not start with is refused: %j', (entry) => {
  expectSynth((chart) => { new Taskwright(chart, 'install', allowing(['10.20.0.0/16', entry])); }, { refused: [`[fleet/install] contextSources.allow[1]: does not have the right form, got ${JSON.stringify(entry)}; ${FORM}`] });
});

test('misshapen lists are told without the compiler', () => {
  expectSynth((chart) => { new Taskwright(chart, 'install', allowing([7 as never])); }, { refused: ['[fleet/install] contextSources.allow[0]: has the wrong type, got a number; it has to be a text'] });
  expect(() => argsOf({ contextSources: { allow: 'teams.tools' as never } })).toThrow(new TypeError('[taskwright/install] contextSources.allow: has the wrong type, got a string; it has to be a list'));
});
