package main

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"k8s.io/apimachinery/pkg/runtime"
)

const (
	agentImage = "ghcr.io/taskwright/claude-code:latest"
	agentUser  = 61100
)

// jobFor builds a Job as large as the one that the operator under test builds for the same Task.
func jobFor(task *Task, scheme *runtime.Scheme) (*batchv1.Job, error) {
	labels := map[string]string{
		"kelos.dev/name":       "kelos",
		"kelos.dev/component":  "task",
		"kelos.dev/managed-by": "kelos-controller",
		"kelos.dev/task":       task.Name,
	}
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: task.Namespace, Name: task.Name, Labels: labels},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32(1)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					RestartPolicy:                corev1.RestartPolicyNever,
					AutomountServiceAccountToken: new(false),
					SecurityContext: &corev1.PodSecurityContext{
						RunAsNonRoot:   new(true),
						RunAsUser:      new(int64(agentUser)),
						RunAsGroup:     new(int64(agentUser)),
						FSGroup:        new(int64(agentUser)),
						SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
					},
					Containers: []corev1.Container{agentContainer(task)},
					Volumes:    []corev1.Volume{{Name: "workspace", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
				},
			},
		},
	}
	return job, controllerutil.SetControllerReference(task, job, scheme)
}

func agentContainer(task *Task) corev1.Container {
	return corev1.Container{
		Name:    "kelos-agent",
		Image:   agentImage,
		Command: []string{"/kelos_entrypoint.sh"},
		Args:    []string{task.Spec.Prompt},
		Env: []corev1.EnvVar{
			{Name: "KELOS_TASK_NAME", Value: task.Name},
			{Name: "KELOS_TASK_NAMESPACE", Value: task.Namespace},
			{Name: "KELOS_AGENT_TYPE", Value: task.Spec.Worker.Type},
			{Name: "TASKWRIGHT_RESULT_FILE", Value: "/dev/termination-log"},
		},
		TerminationMessagePath:   "/dev/termination-log",
		TerminationMessagePolicy: corev1.TerminationMessageReadFile,
		VolumeMounts:             []corev1.VolumeMount{{Name: "workspace", MountPath: "/workspace"}},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
}
