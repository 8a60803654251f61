// Renders the prompt of bench/template.ts, which it reads with its data, and prints the median time of a round in microseconds.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"text/template"
	"time"
)

type left struct {
	Name    string
	Outputs []string
	Results map[string]string
}

type input struct {
	Prompt     string
	Deps       map[string]left
	Rendered   string
	Rounds     int
	Renderings int
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	if render(in) != in.Rendered {
		panic("Go does not come to the same prompt")
	}
	rounds := make([]float64, 0, in.Rounds)
	for round := -5; round < in.Rounds; round++ {
		start := time.Now()
		for range in.Renderings {
			render(in)
		}
		if round >= 0 {
			rounds = append(rounds, float64(time.Since(start).Nanoseconds())/1000/float64(in.Renderings))
		}
	}
	sort.Float64s(rounds)
	fmt.Print(rounds[len(rounds)/2])
}

func render(in input) string {
	deps := map[string]any{}
	for name, left := range in.Deps {
		deps[name] = map[string]any{"Name": left.Name, "Outputs": left.Outputs, "Results": left.Results}
	}
	parsed := template.Must(template.New("prompt").Option("missingkey=error").Parse(in.Prompt))
	var out strings.Builder
	if err := parsed.Execute(&out, map[string]any{"Deps": deps}); err != nil {
		panic(err)
	}
	return out.String()
}
