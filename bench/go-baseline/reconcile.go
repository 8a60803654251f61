package main

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

const finalizer = "kelos.dev/finalizer"

// reconciler takes a Task to its Job and keeps its status: finalizer, Job, Pending, Running, Succeeded or Failed, with the
// events and in the order of the operator under test.
type reconciler struct {
	client.Client
	events events.EventRecorder
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	task := &Task{}
	if err := r.Get(ctx, request.NamespacedName, task); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if task.DeletionTimestamp != nil {
		return ctrl.Result{}, r.setFinalizer(ctx, task, controllerutil.RemoveFinalizer)
	}
	if task.Status.Phase == "Succeeded" || task.Status.Phase == "Failed" {
		return ctrl.Result{}, nil
	}
	job := &batchv1.Job{}
	err := r.Get(ctx, request.NamespacedName, job)
	if apierrors.IsNotFound(err) {
		return ctrl.Result{}, r.start(ctx, task)
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.follow(ctx, task, job)
}

func (r *reconciler) start(ctx context.Context, task *Task) error {
	if err := r.setFinalizer(ctx, task, controllerutil.AddFinalizer); err != nil {
		return err
	}
	job, err := jobFor(task, r.Scheme())
	if err != nil {
		return err
	}
	if err := r.Create(ctx, job); !apierrors.IsAlreadyExists(err) {
		return err
	}
	return nil
}

func (r *reconciler) setFinalizer(ctx context.Context, task *Task, change func(client.Object, string) bool) error {
	before := task.DeepCopy()
	if !change(task, finalizer) {
		return nil
	}
	return client.IgnoreNotFound(r.Patch(ctx, task, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})))
}

func (r *reconciler) follow(ctx context.Context, task *Task, job *batchv1.Job) error {
	pods := &corev1.PodList{}
	if err := r.List(ctx, pods, client.InNamespace(job.Namespace), client.MatchingFields{byJob: job.Name}); err != nil {
		return err
	}
	before := task.Status
	task = task.DeepCopy()
	task.Status.JobName = job.Name
	task.Status.Phase = "Pending"
	if started := firstStart(pods.Items); started != nil {
		task.Status.Phase = "Running"
		task.Status.StartTime = started
		task.Status.PodName = pods.Items[0].Name
	}
	if condition := endOf(job); condition != nil {
		task.Status.Phase = map[bool]string{true: "Succeeded", false: "Failed"}[condition.Type == batchv1.JobComplete]
		task.Status.CompletionTime = &metav1.Time{Time: condition.LastTransitionTime.Time}
		task.Status.Message = condition.Message
	}
	meta.SetStatusCondition(&task.Status.Conditions, metav1.Condition{
		Type: "Admitted", Status: metav1.ConditionTrue, Reason: "Admitted", Message: fmt.Sprintf("Job %q was created", job.Name), ObservedGeneration: task.Generation,
	})
	if equality.Semantic.DeepEqual(before, task.Status) {
		return nil
	}
	if err := r.Status().Update(ctx, task); err != nil {
		return client.IgnoreNotFound(err)
	}
	if before.Phase != task.Status.Phase {
		r.events.Eventf(task, nil, corev1.EventTypeNormal, "Task"+task.Status.Phase, "Reconcile", "Task is %s", task.Status.Phase)
	}
	return nil
}

func firstStart(pods []corev1.Pod) *metav1.Time {
	for _, pod := range pods {
		for _, container := range pod.Status.ContainerStatuses {
			if running := container.State.Running; running != nil {
				return &metav1.Time{Time: running.StartedAt.Truncate(time.Second)}
			}
			if terminated := container.State.Terminated; terminated != nil {
				return &metav1.Time{Time: terminated.StartedAt.Truncate(time.Second)}
			}
		}
	}
	return nil
}

func endOf(job *batchv1.Job) *batchv1.JobCondition {
	for _, condition := range job.Status.Conditions {
		if (condition.Type == batchv1.JobComplete || condition.Type == batchv1.JobFailed) && condition.Status == corev1.ConditionTrue {
			return &condition
		}
	}
	return nil
}
