package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var taskGroupVersion = schema.GroupVersion{Group: "kelos.dev", Version: "v1alpha2"}

// Task has the fields that the controller reads and writes; the API server keeps the others.
type Task struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              TaskSpec   `json:"spec"`
	Status            TaskStatus `json:"status,omitzero"`
}

type TaskSpec struct {
	Prompt string     `json:"prompt"`
	Worker TaskWorker `json:"worker"`
}

type TaskWorker struct {
	Type        string          `json:"type"`
	Credentials TaskCredentials `json:"credentials"`
}

type TaskCredentials struct {
	Type string `json:"type"`
}

type TaskStatus struct {
	Phase          string             `json:"phase,omitempty"`
	JobName        string             `json:"jobName,omitempty"`
	PodName        string             `json:"podName,omitempty"`
	Message        string             `json:"message,omitempty"`
	StartTime      *metav1.Time       `json:"startTime,omitempty"`
	CompletionTime *metav1.Time       `json:"completionTime,omitempty"`
	Conditions     []metav1.Condition `json:"conditions,omitempty"`
}

type TaskList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Task `json:"items"`
}

func addTasksToScheme(scheme *runtime.Scheme) {
	scheme.AddKnownTypes(taskGroupVersion, &Task{}, &TaskList{})
	metav1.AddToGroupVersion(scheme, taskGroupVersion)
}

func (task *Task) DeepCopy() *Task {
	copied := *task
	task.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	copied.Status.StartTime = task.Status.StartTime.DeepCopy()
	copied.Status.CompletionTime = task.Status.CompletionTime.DeepCopy()
	copied.Status.Conditions = append([]metav1.Condition(nil), task.Status.Conditions...)
	return &copied
}

func (task *Task) DeepCopyObject() runtime.Object { return task.DeepCopy() }

func (list *TaskList) DeepCopyObject() runtime.Object {
	copied := *list
	list.ListMeta.DeepCopyInto(&copied.ListMeta)
	copied.Items = make([]Task, len(list.Items))
	for index := range list.Items {
		copied.Items[index] = *list.Items[index].DeepCopy()
	}
	return &copied
}
