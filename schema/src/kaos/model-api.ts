import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { GROUP, VERSION } from './group.ts';
import { telemetry, workloadFields } from './workload.ts';
import { workloadStatusFields } from './workload-status.ts';

const secretKey = () => kubernetesType('io.k8s.api.core.v1.SecretKeySelector');

const apiKeySource = z.object({
  secretKeyRef: secretKey().optional().describe('Key of a Secret of the same namespace. Left out: configMapKeyRef says where the API key is.'),
  configMapKeyRef: kubernetesType('io.k8s.api.core.v1.ConfigMapKeySelector').optional()
    .describe('Key of a ConfigMap of the same namespace, used without secretKeyRef. Left out: secretKeyRef says where the API key is.'),
}).meta({ title: 'ModelApiKeySource' });

const apiKey = z.object({
  value: z.string().optional().describe('The API key itself, for all to read who can read the object; it wins over valueFrom. Left out: valueFrom says where it is.'),
  valueFrom: apiKeySource.optional().describe('Where the API key is. Left out: value is the key.'),
}).meta({ title: 'ModelApiKey' });

const configYaml = z.object({
  fromString: z.string().optional().describe('The whole configuration, used as it is. Left out: it is made from the other fields.'),
  fromSecretKeyRef: secretKey().optional().describe('Key of a Secret with the whole configuration. Left out: fromString has it.'),
}).meta({ title: 'ModelApiConfigYaml' });

const proxyConfig = z.object({
  models: z.array(z.string()).min(1).describe('Models that are offered: a name, all of a prefix as openai/*, or * for every one.'),
  provider: z.string().optional().describe('Prefix of the provider that LiteLLM puts before each model. Left out: the names of the models have it.'),
  apiBase: z.string().optional().describe('URL of the API of the provider. Left out: the one LiteLLM knows for it.'),
  apiKey: apiKey.optional().describe('API key for the provider. Left out: requests carry none.'),
  configYaml: configYaml.optional().describe('A configuration of LiteLLM in place of the one that is made. Left out: it is made from the other fields.'),
}).meta({ title: 'ModelApiProxy' });

const hostedConfig = z.object({
  model: z.string().describe('Model of Ollama, with its tag.'),
}).meta({ title: 'ModelApiHosted' });

export const modelApiSpec = z.object({
  mode: z.enum(['Proxy', 'Hosted']).describe('Proxy passes requests on to a provider with LiteLLM; Hosted runs a model in the cluster with Ollama.'),
  proxyConfig: proxyConfig.optional().describe('Which models are passed on, and where to. Left out: a Proxy offers none.'),
  hostedConfig: hostedConfig.optional().describe('Which model is run. Left out: a Hosted one offers none.'),
  telemetry: telemetry.optional().describe('Where traces, metrics and logs go. Left out: where the operator is set up to send them.'),
  ...workloadFields('model-api'),
}).meta({ title: 'ModelApiSpec', description: 'Which models there are, and who runs them.' });

export const modelApiStatus = z.object({
  phase: z.enum(['Pending', 'Ready', 'Failed']).optional().describe('Where the API is. Left out: nobody has looked at it yet.'),
  ...workloadStatusFields,
}).meta({ title: 'ModelApiStatus', description: 'What has become of the API. Written by the operator.' });

export const modelApiKind = {
  group: GROUP,
  kind: 'ModelAPI',
  plural: 'modelapis',
  singular: 'modelapi',
  shortNames: ['api', 'apis'],
  namespaced: true,
  description: 'An endpoint for models: a Deployment of LiteLLM in front of providers, or of Ollama with a model of its own.',
  versions: [{
    ...VERSION,
    schema: z.object({ spec: modelApiSpec, status: modelApiStatus.optional() }),
    printerColumns: [
      { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
      { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    ],
  }],
} as const satisfies Kind;

export const modelApiResource = resourceOf(modelApiKind);

export type ModelApiSpec = z.infer<typeof modelApiSpec>;
export type ModelApiStatus = z.infer<typeof modelApiStatus>;

/** A ModelAPI of the API. */
export interface ModelAPI {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: ModelApiSpec;
  status?: ModelApiStatus;
}
