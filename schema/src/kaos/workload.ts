import { z } from 'zod';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';

/** What the kinds of the group share: each of them is a Deployment with one container, a Service, and a route where there is a Gateway. */

const containerOverride = z.object({
  image: z.string().optional().describe('Image of the container. Left out: the image that comes for the kind.'),
  command: z.array(z.string()).optional().describe('Command of the container. Left out: the entrypoint of the image.'),
  args: z.array(z.string()).optional().describe('Arguments of the command. Left out: those of the image.'),
  resources: kubernetesType('io.k8s.api.core.v1.ResourceRequirements').optional()
    .describe('Resources the container asks for and may use. Left out: none are asked for, and the defaults of the namespace hold.'),
  env: z.array(kubernetesType('io.k8s.api.core.v1.EnvVar')).optional()
    .describe('More environment variables of the container. Left out: it has only those that are made from the rest of the spec.'),
}).meta({ title: 'ContainerOverride' });

const gatewayRoute = z.object({
  timeout: z.string().regex(/^([0-9]+(h|m|s|ms)){1,4}$/).optional().describe(
    'How long a request may take, as a duration of the Gateway API, such as 90s or 1m30s; 0s leaves it to the Gateway. Left out: the default of the kind.',
  ),
}).meta({ title: 'GatewayRoute' });

export const telemetry = z.object({
  enabled: z.boolean().default(false).describe('Whether traces, metrics and logs are sent. Left out: they are not.'),
  endpoint: z.string().optional().describe('OTLP endpoint over gRPC, such as http://otel-collector.observability:4317. Left out: the one the operator is set up with.'),
}).meta({ title: 'Telemetry' });

/** `container` is the name of the container that a `podSpec` is merged into. */
export function workloadFields(container: string) {
  return {
    gatewayRoute: gatewayRoute.optional().describe('How the route through the Gateway behaves, where there is one. Left out: as the kind has it by default.'),
    container: containerOverride.optional().describe('What is different about the container. Left out: nothing.'),
    podSpec: kubernetesType('io.k8s.api.core.v1.PodSpec').optional().describe(
      `Merged over the Pod as a strategic merge patch; the container is called ${container}. containers is required, and may be empty. Left out: the Pod stays as it is built.`,
    ),
  };
}
