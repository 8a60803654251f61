package main

import (
	"encoding/json"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/google/go-github/v72/github"
)

// A template over the payload of a file, and what Go makes of it. None: it is an error there.
type golden struct {
	Payload  string  `json:"payload"`
	Template string  `json:"template"`
	Text     *string `json:"text"`
}

func writeGolden(out io.Writer) {
	var cases map[string][]string
	read("../golden-cases.json", &cases)
	goldens := []golden{}
	for _, file := range sortedKeys(cases) {
		body, err := os.ReadFile(filepath.Join("../../../payloads", file+".json"))
		if err != nil {
			log.Fatal(err)
		}
		event, err := github.ParseWebHook(strings.Split(file, ".")[0], body)
		if err != nil {
			log.Fatal(file, ": ", err)
		}
		for _, text := range cases[file] {
			goldens = append(goldens, golden{file, text, render(text, map[string]any{"Payload": event})})
		}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(goldens); err != nil {
		log.Fatal(err)
	}
}

func render(text string, data any) *string {
	parsed, err := template.New("prompt").Option("missingkey=error").Parse(text)
	if err != nil {
		log.Fatal(err)
	}
	var result strings.Builder
	if err := parsed.Execute(&result, data); err != nil {
		return nil
	}
	rendered := result.String()
	return &rendered
}

func read(file string, into any) {
	data, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		log.Fatal(err)
	}
}

func sortedKeys(cases map[string][]string) []string {
	keys := []string{}
	for key := range cases {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
