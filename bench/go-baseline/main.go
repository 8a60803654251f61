// Command go-baseline is the least that a Go engineer would write for Tasks: a controller-runtime manager with 16 workers, caches cut
// to what is managed, and no throttling in the client. The operator is measured against it by bench/operator.ts.
package main

import (
	"errors"
	"flag"
	"net/http"
	"os"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	workers    = 16
	byJob      = "job"
	leaseName  = "go-baseline"
	ofOurTasks = "kelos.dev/managed-by=kelos-controller,kelos.dev/component=task"
)

func main() {
	// controller-runtime registers --kubeconfig itself.
	metricsAddress := flag.String("metrics-bind-address", ":8080", "where metrics are served")
	probeAddress := flag.String("health-probe-bind-address", ":8081", "where probes are served")
	leaderElect := flag.Bool("leader-elect", false, "elect one of several processes")
	namespaces := flag.String("watch-namespaces", "", "the only namespaces that are watched, by commas")
	contentType := flag.String("content-type", "", "what is spoken about built-in kinds; protobuf when left out, which not every server understands")
	flag.Parse()
	ctrl.SetLogger(klog.NewKlogr())
	if err := run(*metricsAddress, *probeAddress, *leaderElect, *namespaces, *contentType); err != nil {
		os.Stderr.WriteString("go-baseline: " + err.Error() + "\n")
		os.Exit(1)
	}
}

func run(metricsAddress, probeAddress string, leaderElect bool, namespaces, contentType string) error {
	config, err := clientcmd.BuildConfigFromFlags("", flag.Lookup("kubeconfig").Value.String())
	if err != nil {
		return err
	}
	config.QPS = -1
	config.ContentType = contentType

	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	addTasksToScheme(scheme)

	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cacheOptions(namespaces),
		Metrics:                       server.Options{BindAddress: metricsAddress},
		HealthProbeBindAddress:        probeAddress,
		LeaderElection:                leaderElect,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       "default",
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return err
	}
	ctx := ctrl.SetupSignalHandler()
	jobOf := func(object client.Object) []string {
		if owner := metav1.GetControllerOf(object); owner != nil && owner.Kind == "Job" {
			return []string{owner.Name}
		}
		return nil
	}
	if err := manager.GetFieldIndexer().IndexField(ctx, &corev1.Pod{}, byJob, jobOf); err != nil {
		return err
	}
	// Asked for before the start, so that readiness means full caches, also of one that does not lead.
	var informers []cache.Informer
	for _, object := range []client.Object{&Task{}, &batchv1.Job{}, &corev1.Pod{}} {
		informer, err := manager.GetCache().GetInformer(ctx, object, cache.BlockUntilSynced(false))
		if err != nil {
			return err
		}
		informers = append(informers, informer)
	}
	err = manager.AddReadyzCheck("caches", func(*http.Request) error {
		for _, informer := range informers {
			if !informer.HasSynced() {
				return errors.New("caches are not filled yet")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = ctrl.NewControllerManagedBy(manager).
		For(&Task{}).
		Owns(&batchv1.Job{}).
		Watches(&corev1.Pod{}, enqueueTaskOfPod()).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(&reconciler{Client: manager.GetClient(), events: manager.GetEventRecorder(leaseName)})
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}

func cacheOptions(namespaces string) cache.Options {
	ours, err := labels.Parse(ofOurTasks)
	if err != nil {
		panic(err)
	}
	options := cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject:         map[client.Object]cache.ByObject{&batchv1.Job{}: {Label: ours}, &corev1.Pod{}: {Label: ours}},
	}
	if namespaces != "" {
		options.DefaultNamespaces = map[string]cache.Config{}
		for _, namespace := range strings.Split(namespaces, ",") {
			options.DefaultNamespaces[namespace] = cache.Config{}
		}
	}
	return options
}
