package main

import (
	"fmt"
	"io"
	"reflect"
	"sort"
	"strings"

	"github.com/google/go-github/v72/github"
)

// Events whose structs say what a field is where structs disagree: those that triggers are written for.
var common = []string{"issues", "issue_comment", "pull_request", "pull_request_review", "pull_request_review_comment", "push", "create", "delete", "release", "check_run", "check_suite",
	"workflow_run", "workflow_job", "workflow_dispatch", "discussion", "discussion_comment", "deployment_status", "status"}

type counts map[string]map[string]int

func (c counts) walk(t reflect.Type, seen map[reflect.Type]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] || !strings.HasPrefix(t.String(), "github.") || t.String() == "github.Timestamp" {
		return
	}
	seen[t] = true
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		name := strings.Split(field.Tag.Get("json"), ",")[0]
		if !field.IsExported() || name == "-" || name == "" {
			continue
		}
		if c[field.Name] == nil {
			c[field.Name] = map[string]int{}
		}
		c[field.Name][kindOf(field.Type)]++
		c.walk(field.Type, seen)
	}
}

func kindOf(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.String() == "github.Timestamp" || t.String() == "time.Time":
		return "TIMES"
	case t.String() == "json.RawMessage":
		return "MAPS"
	}
	switch t.Kind() {
	case reflect.String:
		return "TEXTS"
	case reflect.Bool:
		return "BOOLEANS"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "NUMBERS"
	case reflect.Struct:
		return "STRUCTS"
	case reflect.Slice:
		return "LISTS"
	}
	return "MAPS"
}

var kinds = []string{"TEXTS", "NUMBERS", "BOOLEANS", "TIMES", "STRUCTS", "LISTS", "MAPS"}

func writeFields(out io.Writer) {
	near, all := counts{}, counts{}
	seen := map[reflect.Type]bool{}
	for _, event := range common {
		near.walk(reflect.TypeOf(github.EventForType(event)), seen)
	}
	seen = map[reflect.Type]bool{}
	for _, event := range github.MessageTypes() {
		all.walk(reflect.TypeOf(github.EventForType(event)), seen)
	}
	byKind := map[string][]string{}
	for name, found := range all {
		if near[name] != nil {
			found = near[name]
		}
		kind := ""
		for _, candidate := range kinds {
			if kind == "" || found[candidate] > found[kind] {
				kind = candidate
			}
		}
		byKind[kind] = append(byKind[kind], name)
	}
	fmt.Fprint(out, `/**
 * The fields of GitHub's events, as Go's client of GitHub (go-github v72) calls them, by what they are: what an absent one comes to follows from that. A name that
 * several structs have is what it is in most of those of the usual events. Made by runtime/test/sources/github-webhook/go.
 */
`)
	for _, kind := range kinds {
		sort.Strings(byKind[kind])
		fmt.Fprintf(out, "\nexport const %s = `", kind)
		line := 0
		for _, name := range byKind[kind] {
			if line == 0 || line+len(name) > 150 {
				fmt.Fprint(out, "\n  ")
				line = 0
			} else {
				fmt.Fprint(out, " ")
			}
			fmt.Fprint(out, name)
			line += len(name) + 1
		}
		fmt.Fprint(out, "\n`;\n")
	}
}
