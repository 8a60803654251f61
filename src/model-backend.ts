import type { ApiObject } from 'cdk8s';
import type { EnvValue } from './env-value';
import type * as l1 from './l1';
import type { LiteLlmConfig } from './lite-llm-config';
import { checkHttpUrl } from './private/http-url';
import { duplicatesOf } from './private/names';
import { type Problem, quote } from './private/problem';
import { checkMade, copyOfList } from './private/shape';

/** How requests are passed on to a provider. */
export interface ModelProxyOptions {
  /** The models that are offered: a name, all of a prefix as `openai/*`, or `*` for every one. */
  readonly models: string[];
  /**
   * The prefix that LiteLLM knows the provider by, put before each model.
   *
   * @default - the names of the models have it, or need none
   */
  readonly provider?: string;
  /**
   * Where the API of the provider is.
   *
   * @default - where LiteLLM knows it to be
   */
  readonly apiBase?: string;
  /**
   * The key for the API of the provider. As a text it would be in the object, for all to read who can read that.
   *
   * @default - requests carry none
   */
  readonly apiKey?: EnvValue;
  /**
   * A configuration of LiteLLM, in place of the one that is made of the rest.
   *
   * @default - it is made of the rest
   */
  readonly config?: LiteLlmConfig;
}

/** Who answers the requests of a ModelApi. */
export abstract class ModelBackend {
  /**
   * A provider, through LiteLLM: agents need not know its key, nor have a way to it.
   *
   * @param options which models there are, and where
   */
  public static proxy(options: ModelProxyOptions): ModelBackend {
    return new ModelProxy(options);
  }

  /**
   * A model that runs in the cluster, with Ollama.
   *
   * @param model the model as Ollama calls it, with its tag
   */
  public static hosted(model: string): ModelBackend {
    return new HostedModel(model);
  }

  protected constructor(
    /** The models that are offered. */
    public readonly models: string[],
  ) {}

  /** @internal */
  public abstract _render(): Pick<l1.ModelApiSpec, 'mode' | 'proxyConfig' | 'hostedConfig'>;

  /** What cannot be rendered, because a factory was passed by. @internal */
  public abstract _checkShape(path: string): Problem[];

  /** @internal */
  public abstract _check(from: ApiObject, path: string): Problem[];
}

class ModelProxy extends ModelBackend {
  public constructor(private readonly options: ModelProxyOptions) {
    super(copyOfList(options.models, 'ModelBackend.proxy: models'));
  }

  public _render(): Pick<l1.ModelApiSpec, 'mode' | 'proxyConfig'> {
    const { provider, apiBase, apiKey, config } = this.options;
    const { value, valueFrom } = apiKey?._render('') ?? {};
    return {
      mode: 'Proxy',
      proxyConfig: {
        models: this.models,
        provider,
        apiBase,
        apiKey: apiKey && { value, valueFrom: valueFrom && { secretKeyRef: valueFrom.secretKeyRef, configMapKeyRef: valueFrom.configMapKeyRef } },
        configYaml: config?._render(),
      },
    };
  }

  public _checkShape(path: string): Problem[] {
    const { apiKey, config } = this.options;
    return [
      ...(apiKey === undefined ? [] : checkMade(apiKey, '_render', 'EnvValue.fromSecret(secret, key) or .fromConfigMap(…)', `${path}.apiKey`)),
      ...(config === undefined ? [] : checkMade(config, '_render', 'LiteLlmConfig.fromText(yaml) or .fromSecret(secret, key)', `${path}.config`)),
    ];
  }

  public _check(from: ApiObject, path: string): Problem[] {
    const { apiBase, apiKey, config } = this.options;
    return [
      ...this.models.flatMap((model, index) => checkModel(model, `${path}.models[${index}]`)),
      ...duplicatesOf(this.models).map((model): Problem => ({ code: 'duplicate', path: `${path}.models`, got: quote(model), fix: 'keep one of them' })),
      ...(apiBase === undefined ? [] : checkHttpUrl(apiBase, `${path}.apiBase`, 'https://api.example.com/v1')),
      ...(apiKey?._check(from, 'the ModelApi', `${path}.apiKey`) ?? []),
      ...(config?._check(from, this.models, `${path}.config`) ?? []),
    ];
  }
}

class HostedModel extends ModelBackend {
  public constructor(model: string) {
    super([model]);
  }

  public _render(): Pick<l1.ModelApiSpec, 'mode' | 'hostedConfig'> {
    return { mode: 'Hosted', hostedConfig: { model: this.models[0]! } };
  }

  public _checkShape(): Problem[] {
    return [];
  }

  public _check(_from: ApiObject, path: string): Problem[] {
    return this.models[0] === '' ? [{ code: 'required', path: `${path}.model`, fix: 'name the model, as Ollama calls it' }] : [];
  }
}

/** The operator takes a star for itself anywhere else, and no model is called so. */
function checkModel(model: unknown, path: string): Problem[] {
  if (typeof model !== 'string') return [];
  if (model === '') return [{ code: 'required', path, fix: 'name a model, or * for every one' }];
  const prefix = model === '*' ? '' : model.replace(/\/\*$/, '');
  return prefix.includes('*') ? [{ code: 'pattern', path, got: quote(model), allowed: 'it has to be a name, all of a prefix as openai/*, or * for every one' }] : [];
}
