import { kubernetesType } from '../kubernetes/kubernetes-type.ts';

/** As the Job of a Task may have it. */
export const podFailurePolicy = kubernetesType('io.k8s.api.batch.v1.PodFailurePolicy').meta({
  rules: [{ rule: "self.rules.all(r, r.action != 'FailIndex')", message: 'the action FailIndex is for indexed Jobs, which a Task never has' }],
});
