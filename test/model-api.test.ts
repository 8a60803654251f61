import { type Chart, Duration } from 'cdk8s';
import { EnvValue, LiteLlmConfig, ModelApi, type ModelApiProps, ModelBackend, type ModelProxyOptions, SecretRef, Telemetry } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const secret = SecretRef.fromName('llm', { keys: ['api-key'] });
const hosted = ModelBackend.hosted('smollm2:135m');
const api = (props: Partial<ModelApiProps>, name = 'models') => (chart: Chart) => new ModelApi(chart, 'models', { metadata: { name }, backend: hosted, ...props });
const proxy = (options: Partial<ModelProxyOptions>) => api({ backend: ModelBackend.proxy({ models: ['*'], ...options }) });
const rendered = (spec: object, name = 'models') => [{ apiVersion: 'kaos.tools/v1alpha1', kind: 'ModelAPI', metadata: { name }, spec }];
const proxied = (config: object) => rendered({ mode: 'Proxy', proxyConfig: { models: ['*'], ...config } });
const running = (fields: object) => rendered({ mode: 'Hosted', hostedConfig: { model: 'smollm2:135m' }, ...fields });
const longest = 'm'.repeat(54);

describe('a ModelApi', () => {
  test.each<[string, (chart: Chart) => unknown, object[]]>([
    ['a model in the cluster', api({}), running({})],
    ['every model of a provider', proxy({}), proxied({})],
    ['models by name and prefix', proxy({ models: ['gpt-5-mini', 'openai/*'], provider: 'openai' }), proxied({ models: ['gpt-5-mini', 'openai/*'], provider: 'openai' })],
    ['an API inside the cluster', proxy({ apiBase: 'http://vllm:8000/v1' }), proxied({ apiBase: 'http://vllm:8000/v1' })],
    ['a key of a Secret', proxy({ apiKey: EnvValue.fromSecret(secret, 'api-key') }), proxied({ apiKey: { valueFrom: { secretKeyRef: { name: 'llm', key: 'api-key' } } } })],
    ['a key that may be missing', proxy({ apiKey: EnvValue.fromSecret(secret, 'other', { optional: true }) }), proxied({ apiKey: { valueFrom: { secretKeyRef: { name: 'llm', key: 'other', optional: true } } } })],
    ['a key of a ConfigMap', proxy({ apiKey: EnvValue.fromConfigMap({ name: 'llm' }, 'key') }), proxied({ apiKey: { valueFrom: { configMapKeyRef: { name: 'llm', key: 'key' } } } })],
    ['a key in plain text', proxy({ apiKey: EnvValue.fromValue('not-needed') }), proxied({ apiKey: { value: 'not-needed' } })],
    ['a configuration of its own', proxy({ config: LiteLlmConfig.fromText('model_list: []\n') }), proxied({ configYaml: { fromString: 'model_list: []\n' } })],
    ['the configuration of a Secret', proxy({ config: LiteLlmConfig.fromSecret(secret, 'api-key') }), proxied({ configYaml: { fromSecretKeyRef: { name: 'llm', key: 'api-key' } } })],
    ['a configuration that may be missing', proxy({ config: LiteLlmConfig.fromSecret(secret, 'x', { optional: true }) }), proxied({ configYaml: { fromSecretKeyRef: { name: 'llm', key: 'x', optional: true } } })],
    ['telemetry', api({ telemetry: Telemetry.otlp('http://otel:4317') }), running({ telemetry: { enabled: true, endpoint: 'http://otel:4317' } })],
    ['no telemetry', api({ telemetry: Telemetry.off() }), running({ telemetry: { enabled: false } })],
    ['another image', api({ image: 'ollama:2', command: ['ollama'], args: ['serve'] }), running({ container: { image: 'ollama:2', command: ['ollama'], args: ['serve'] } })],
    ['variables', api({ env: { A: EnvValue.fromValue('a') } }), running({ container: { env: [{ name: 'A', value: 'a' }] } })],
    ['a place', api({ podSpec: { containers: [], nodeSelector: { gpu: 'yes' } } }), running({ podSpec: { containers: [], nodeSelector: { gpu: 'yes' } } })],
    ['the longest name', api({}, longest), rendered({ mode: 'Hosted', hostedConfig: { model: 'smollm2:135m' } }, longest)],
  ])('has %s', (_, program, objects) => expectSynth(program, objects));

  test.each<[Duration, string]>([
    [Duration.seconds(0), '0s'],
    [Duration.seconds(90), '1m30s'],
    [Duration.millis(3_723_004), '1h2m3s4ms'],
    [Duration.days(1), '24h'],
    [Duration.hours(99_999), '99999h'],
  ])('lets a request take %s as the Gateway API writes it', (requestTimeout, timeout) => expectSynth(api({ requestTimeout }), running({ gatewayRoute: { timeout } })));

  test.each<{ it: string; program: (chart: Chart) => unknown; refused: string[] }>([
    { it: 'has no backend', program: api({ backend: undefined }), refused: ['backend: has the wrong type, got nothing; pass ModelBackend.proxy({ … }) or .hosted(model)'] },
    { it: 'has a backend that no factory made', program: api({ backend: 'x' as never }), refused: ['backend: has the wrong type, got a string; pass ModelBackend.proxy({ … }) or .hosted(model)'] },
    { it: 'runs no model', program: api({ backend: ModelBackend.hosted('') }), refused: ['backend.model: is missing; name the model, as Ollama calls it'] },
    { it: 'offers nothing', program: proxy({ models: [] }), refused: ['backend.models: has too few items, got 0; at least 1'] },
    { it: 'offers a model without a name', program: proxy({ models: [''] }), refused: ['backend.models[0]: is missing; name a model, or * for every one'] },
    { it: 'offers what the operator takes for a name', program: proxy({ models: ['gpt-*'] }), refused: ['backend.models[0]: does not have the right form, got "gpt-*"; it has to be a name, all of a prefix as openai/*, or * for every one'] },
    { it: 'offers a model twice', program: proxy({ models: ['a', 'a'] }), refused: ['backend.models: is used twice, got "a"; keep one of them'] },
    { it: 'calls no URL', program: proxy({ apiBase: 'vllm:8000' }), refused: ['backend.apiBase: is not a usable URL, got "vllm:8000"; it has to look like https://api.example.com/v1'] },
    { it: 'has a password in its URL', program: proxy({ apiBase: 'https://a:b@api.example.com' }), refused: ['backend.apiBase: carries credentials in the URL, got "https://***@api.example.com"; take them out: they belong into the Secret'] },
    {
      it: 'reads a key that the Secret does not have',
      program: proxy({ apiKey: EnvValue.fromSecret(secret, 'key') }),
      refused: ['backend.apiKey: names a Secret without the key that is read from it, got "llm" with only api-key; the ModelApi reads key; rename the key, or pass another Secret than llm'],
    },
    { it: 'has a key that no factory made', program: proxy({ apiKey: 'sk' as never }), refused: ['backend.apiKey: has the wrong type, got a string; pass EnvValue.fromSecret(secret, key) or .fromConfigMap(…)'] },
    { it: 'has a configuration that no factory made', program: proxy({ config: 'x' as never }), refused: ['backend.config: has the wrong type, got a string; pass LiteLlmConfig.fromText(yaml) or .fromSecret(secret, key)'] },
    {
      it: 'reads a configuration that the Secret does not have',
      program: proxy({ config: LiteLlmConfig.fromSecret(secret, 'config.yaml') }),
      refused: ['backend.config: names a Secret without the key that is read from it, got "llm" with only api-key; the ModelApi reads config.yaml; rename the key, or pass another Secret than llm'],
    },
    {
      it: 'configures a model that it does not offer',
      program: proxy({ models: ['openai/*'], config: LiteLlmConfig.fromText('model_list:\n  - model_name: openai/gpt-5\n  - model_name: "claude"  # soon\n') }),
      refused: ['backend.config: is not a model that is offered there, got model_name "claude"; the models of the proxy are openai/*; add it to them'],
    },
    { it: 'has a name that its Service cannot have', program: api({}, `${longest}m`), refused: ['metadata.name: is too long, got 55 characters; at most 54, since its Service is called modelapi-…; shorten the name'] },
    { it: 'has a name with a dot', program: api({}, 'a.b'), refused: ['metadata.name: is not a usable name, got "a.b"; it has to be of lower-case letters, digits and -, beginning and ending with a letter or digit'] },
    { it: 'has a variable without a name', program: api({ env: { '': EnvValue.fromValue('a') } }), refused: ['env: is not a usable name, got ""; it must not be empty nor hold ='] },
    { it: 'has a variable that no factory made', program: api({ env: { A: 'a' as never } }), refused: ['env.A: has the wrong type, got a string; pass EnvValue.fromValue(text), .fromSecret(…) or .fromConfigMap(…)'] },
    {
      it: 'has a variable that the Secret does not have',
      program: api({ env: { A: EnvValue.fromSecret(secret, 'a') } }),
      refused: ['env.A: names a Secret without the key that is read from it, got "llm" with only api-key; the variable A reads a; rename the key, or pass another Secret than llm'],
    },
    { it: 'sends telemetry to no URL', program: api({ telemetry: Telemetry.otlp('otel:4317') }), refused: ['telemetry.endpoint: is not a usable URL, got "otel:4317"; it has to look like http://otel-collector.observability:4317'] },
    { it: 'has telemetry that no factory made', program: api({ telemetry: true as never }), refused: ['telemetry: has the wrong type, got a boolean; pass Telemetry.otlp(…) or .off()'] },
    { it: 'has a timeout that is a number', program: api({ requestTimeout: 60 as never }), refused: ['requestTimeout: has the wrong type, got a number; pass Duration.seconds(…)'] },
    { it: 'lets a request take a part of a millisecond', program: api({ requestTimeout: Duration.millis(0.5) }), refused: ['requestTimeout: has the wrong type, got 0.5 ms; it has to be whole milliseconds'] },
    { it: 'lets a request take eleven years', program: api({ requestTimeout: Duration.hours(100_000) }), refused: ['requestTimeout: is too large, got 100000 hours; at most 99999'] },
    { it: 'has a Pod without a list of containers', program: api({ podSpec: { nodeSelector: {} } as never }), refused: ['podSpec.containers: is missing'] },
    { it: 'has arguments that are a text', program: api({ args: 'serve' as never }), refused: ['args: has the wrong type, got a string; it has to be a list'] },
  ])('is refused when it $it', ({ program, refused }) => expectSynth(program, { refused: refused.map((line) => `[fleet/models] ${line}`) }));

  test('tells which models it offers', () => {
    expectSynth((chart) => expect(api({})(chart).models).toEqual(['smollm2:135m']), running({}));
    expect(ModelApi.fromModelApiName('models').models).toBeUndefined();
    expect(ModelApi.fromModelApiName('models', { models: ['*'] }).models).toEqual(['*']);
  });
});
